"""`manage.py doctor` on installations with one fault each: it names the fault, and says what to do."""

import json
import os
import socket
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from psycopg import sql

from notification_service.mailings.models import Gateway, Worker
from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.processes.pid_files import record_process
from tests.journeys.conftest import database_conninfo
from tests.journeys.forked import manage

NOBODY = 1  # a port on which nothing listens
SECRETS = {"SECRET_KEY": "correct horse battery staple", "GATEWAY_TOKEN": "a-token-of-ours"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def listener() -> Iterator[int]:
    """The port of a server that takes connections, as a gateway or a broker that is well would."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def environment(listener: int, broker_url: str, tmp_path: Path) -> dict[str, str]:
    """Of an installation in which all is well."""
    return {
        **SECRETS,
        "DATABASE_URL": database_conninfo(),
        "BROKER_URL": broker_url,
        "GATEWAY_URL": f"http://127.0.0.1:{listener}",
        "GATEWAY_ALLOW_PRIVATE_ADDRESSES": "1",
        "DATA_DIR": str(tmp_path),
    }


@pytest.fixture
def worker() -> None:
    """One that said so a moment ago, and is heard for as long as a test takes."""
    soon = timezone.now() + timedelta(hours=1)
    Worker.objects.create(name="elsewhere:1:a", started_at=soon, seen_at=soon, heard_at=soon)


def doctor(environment: dict[str, str], *options: str) -> subprocess.CompletedProcess[str]:
    return manage("doctor", *options, environment=os.environ | environment)


def findings(environment: dict[str, str], subject: str) -> list[dict[str, str]]:
    """Of one subject, without what is well; every problem has advice."""
    report = json.loads(doctor(environment, "--json").stdout)
    found = [each for each in report["findings"] if each["verdict"] in ("problem", "warning")]
    assert all(each["advice"] for each in found)
    return [each for each in found if each["subject"] == subject]


def the_problem(environment: dict[str, str], subject: str) -> str:
    [finding] = findings(environment, subject)
    assert finding["verdict"] == "problem"
    return finding["found"]


@pytest.mark.usefixtures("worker")
def test_the_doctor_finds_nothing_where_all_is_well(environment: dict[str, str]) -> None:
    examined = doctor(environment)
    assert "✗" not in examined.stdout
    assert examined.returncode == 0
    for subject in ("python", "time zones", "database", "broker", "workers", "gateways"):
        assert f"✓ {subject}" in examined.stdout


def test_the_doctor_names_a_database_that_is_away(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = f"postgresql://127.0.0.1:{NOBODY}/none"
    assert "Connection refused" in the_problem(environment, "database")


def test_what_needs_the_database_is_left_out_while_it_is_away(environment: dict[str, str]) -> None:
    environment["DATABASE_URL"] = f"postgresql://127.0.0.1:{NOBODY}/none"
    report = json.loads(doctor(environment, "--json").stdout)
    verdicts = {each["subject"]: each["verdict"] for each in report["findings"]}
    assert (verdicts["workers"], verdicts["gateways"], verdicts["broker"]) == ("skipped", "skipped", "ok")


def test_the_doctor_names_migrations_that_are_missing(
    environment: dict[str, str], postgres_server: EmbeddedPostgres | None
) -> None:
    if postgres_server is None:
        pytest.skip("DATABASE_URL names a server that has no database to spare")
    environment["DATABASE_URL"] = postgres_server.url_of("postgres")
    assert "migrations are missing" in the_problem(environment, "database")


@pytest.fixture
def database_of_another_encoding() -> Iterator[str]:
    with psycopg.connect(database_conninfo(), autocommit=True) as server:
        server.execute("CREATE DATABASE old_letters ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0")
        yield psycopg.conninfo.make_conninfo(database_conninfo(), dbname="old_letters")
        server.execute("DROP DATABASE old_letters WITH (FORCE)")


def test_the_doctor_names_an_encoding_without_cyrillic(
    environment: dict[str, str], database_of_another_encoding: str
) -> None:
    environment["DATABASE_URL"] = database_of_another_encoding
    assert the_problem(environment, "database") == "The database's encoding is SQL_ASCII, not UTF8."


@pytest.fixture
def read_only_database() -> Iterator[str]:
    name = connection.settings_dict["NAME"]
    with psycopg.connect(database_conninfo(), autocommit=True) as server:
        statement = sql.SQL("ALTER DATABASE {} {} default_transaction_read_only").format
        server.execute(statement(sql.Identifier(name), sql.SQL("SET")) + sql.SQL(" TO on"))
        yield database_conninfo()
        server.execute("SET default_transaction_read_only TO off")
        server.execute(statement(sql.Identifier(name), sql.SQL("RESET")))


def test_the_doctor_names_a_database_that_takes_no_changes(
    environment: dict[str, str], read_only_database: str
) -> None:
    environment["DATABASE_URL"] = read_only_database
    assert "it takes no changes" in the_problem(environment, "database")


def test_the_doctor_names_a_broker_that_is_away(environment: dict[str, str]) -> None:
    environment["BROKER_URL"] = f"redis://:broker-password@127.0.0.1:{NOBODY}/0"
    [finding] = findings(environment, "broker")
    assert f"127.0.0.1:{NOBODY}" in finding["found"]
    assert "broker-password" not in json.dumps(finding)


def test_the_doctor_says_that_no_worker_runs(environment: dict[str, str]) -> None:
    assert the_problem(environment, "workers") == "none is running: nothing is sent"


def test_the_doctor_names_a_gateway_that_is_not_reached(environment: dict[str, str]) -> None:
    environment["GATEWAY_URL"] = f"http://127.0.0.1:{NOBODY}"
    assert the_problem(environment, "gateways").startswith("main is not reached: ")


def test_the_doctor_names_a_gateway_that_does_not_let_us_in(environment: dict[str, str]) -> None:
    Gateway.objects.update(held_at=timezone.now(), held_reason="http_status", held_reason_number=401)
    [finding] = findings(environment, "gateways")
    assert "401" in finding["found"]


def test_the_doctor_says_that_all_gateways_are_disabled(environment: dict[str, str]) -> None:
    Gateway.objects.update(enabled=False)
    assert the_problem(environment, "gateways") == "none is enabled: nothing is sent"


def test_the_doctor_names_a_mail_server_that_is_away(environment: dict[str, str]) -> None:
    environment |= {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(NOBODY), "EMAIL_PASSWORD": "a-mail-password"}
    [finding] = findings(environment, "mail")
    assert f"127.0.0.1:{NOBODY}" in finding["found"]


def test_the_doctor_names_a_folder_without_room(environment: dict[str, str]) -> None:
    environment |= {"DATA_DIR": "/proc", "BROKER_URL": ""}  # a broker would be embedded there
    if not Path("/proc/self").exists():
        pytest.skip("no /proc here")
    assert "/proc" in the_problem(environment, "disk")


def test_the_doctor_says_that_the_secret_key_is_missing(environment: dict[str, str]) -> None:
    environment["SECRET_KEY"] = ""
    assert the_problem(environment, "configuration").startswith("SECRET_KEY is not set")


def test_a_setting_that_cannot_be_read_is_named(environment: dict[str, str]) -> None:
    environment["GATEWAY_URL"] = "http://127.0.0.1:99999"
    assert the_problem(environment, "configuration").startswith("GATEWAY_URL must be")
    assert doctor(environment).returncode == 1


def test_no_secret_is_in_a_report(environment: dict[str, str]) -> None:
    environment |= {"EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(NOBODY), "EMAIL_PASSWORD": "a-mail-password"}
    report = doctor(environment, "--json").stdout
    for secret in (*SECRETS.values(), "a-mail-password"):
        assert secret not in report


@pytest.fixture
def simulator_of_up(environment: dict[str, str]) -> Iterator[None]:
    """A process that `up` has written down, on the port of its simulator."""
    folder = Path(environment["DATA_DIR"]) / "run"
    folder.mkdir()
    try:
        server = socket.create_server(("127.0.0.1", 8025))
    except OSError:
        pytest.skip("something else listens on 8025")
    with server:
        record_process(folder / "simulator.pid", os.getpid())
        yield


@pytest.mark.usefixtures("simulator_of_up")
def test_a_port_of_a_running_up_is_nobody_elses(environment: dict[str, str]) -> None:
    assert findings(environment, "ports") == []
