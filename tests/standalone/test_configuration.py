import socket
import subprocess
from pathlib import Path

import dotenv
import pytest

from notification_service.directory.models import Client
from notification_service.standalone.configuration import Configuration
from notification_service.standalone.env_file import read_env_file, write_env_file
from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.processes.log_rotation import rotate_log
from notification_service.standalone.samples.clients import (
    TIME_ZONES,
    sample_clients,
    sample_clients_csv,
)
from notification_service.standalone.web_address import WebAddress
from tests.directory.importing.files import import_csv

URL = "postgresql://user:p-w_@/name?host=%2Fa%20b&port=5432"


def test_a_value_embedded_by_the_last_start_does_not_count_as_configured() -> None:
    configuration = Configuration({"DATABASE_URL": URL}, {"DATABASE_URL": URL})
    assert not configuration.is_set("DATABASE_URL")


def test_a_value_set_by_the_administrator_counts_as_configured() -> None:
    configuration = Configuration({"DATABASE_URL": "postgresql://other/"}, {"DATABASE_URL": URL})
    assert configuration.is_set("DATABASE_URL")


def test_a_variable_that_names_a_file_counts_as_configured() -> None:
    assert Configuration({"SECRET_KEY_FILE": "/run/secret"}, {}).is_set("SECRET_KEY")


def test_a_value_is_read_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret\n", encoding="utf-8")
    assert Configuration({"TOKEN_FILE": str(tmp_path / "token")}, {}).value("TOKEN") == "secret"


def test_child_processes_get_the_newly_embedded_values() -> None:
    configuration = Configuration({"BROKER_URL": "old", "HOME": "/home"}, {"BROKER_URL": "old"})
    configuration.embed(BROKER_URL="new")
    environment = configuration.child_environment(Path("/data"), defaults={"ALLOWED_HOSTS": "here"})
    assert environment == {
        "ALLOWED_HOSTS": "here",
        "BROKER_URL": "new",
        "DATA_DIR": "/data",
        "HOME": "/home",
        "PROMETHEUS_MULTIPROC_DIR": "/data/run/metrics",
        "PYTHONUNBUFFERED": "1",
    }


def test_the_environment_file_reads_the_same_in_python_dotenv_and_a_shell(tmp_path: Path) -> None:
    path = tmp_path / "embedded.env"
    write_env_file(path, {"DATABASE_URL": URL})
    script = '. "$1"; printf %s "$DATABASE_URL"'
    shell = subprocess.run(["sh", "-c", script, "sh", str(path)], capture_output=True, text=True, check=True)
    assert read_env_file(path) == dotenv.dotenv_values(path) == {"DATABASE_URL": URL}
    assert shell.stdout == URL


def test_a_key_stands_in_the_file_without_quotes(tmp_path: Path) -> None:
    write_env_file(tmp_path / "credentials.env", {"API_KEY": "ns_a-Z_09"})
    assert (tmp_path / "credentials.env").read_text() == "API_KEY=ns_a-Z_09\n"


def test_a_taken_port_is_named_in_the_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(StandaloneError, match=f"127.0.0.1:{port} .Address already in use."):
            WebAddress("127.0.0.1", port).check_free()


def test_the_web_server_allows_its_own_address_as_a_host() -> None:
    assert WebAddress("192.0.2.1", 80).allowed_hosts() == ["localhost", "127.0.0.1", "[::1]", "192.0.2.1"]


def test_a_log_is_cut_while_its_process_goes_on_writing(tmp_path: Path) -> None:
    path = tmp_path / "worker.log"
    with path.open("a", encoding="utf-8") as log:
        print("old", file=log, flush=True)
        rotate_log(path, largest_bytes=3)
        print("new", file=log, flush=True)
    assert path.read_text(encoding="utf-8") == "new\n"
    assert (tmp_path / "worker.log.1").read_text(encoding="utf-8") == "old\n"


def test_sample_clients_have_distinct_phones_in_eleven_zones() -> None:
    clients = list(sample_clients(1000))
    assert len({client["phone"] for client in clients}) == 1000
    assert {client["timezone"] for client in clients} == set(TIME_ZONES)
    assert all(client["phone"][1:4] == client["operator_code"] for client in clients)


@pytest.mark.django_db
def test_an_import_takes_every_sample_client_with_three_tags_and_with_attributes() -> None:
    result = import_csv(sample_clients_csv(500))
    assert (result.created, result.rejected) == (500, 0)
    client = Client.objects.get(phone="72060000005")
    assert client.tags == ["sample-vip", "sample-app", "sample-sport"]
    assert client.attributes == {
        "name": "Егор",
        "city": "Красноярск",
        "age": 23,
        "newsletter": False,
        "last_order": "2026-01-06",
        "orders": 6,
        "spent": 2940,
    }
