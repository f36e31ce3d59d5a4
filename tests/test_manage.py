"""`manage.py` as somebody at a terminal meets it when the database is not what it should be."""

import os
import subprocess
from urllib.parse import urlsplit

import pytest

from notification_service.standalone.postgres.server import EmbeddedPostgres
from tests.journeys import forked

NOBODY = "postgresql://127.0.0.1:1/none"
COMMANDS = [
    ("migrate",),
    ("create_api_key", "me", "--scope", "read"),
    ("gateway", "list"),
    ("import_clients", "README.md"),
    ("remove_old_mailings", "--older-than", "1"),
    ("send_daily_report", "--print"),
    ("createcachetable",),
]


def manage(*command: str, database_url: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return forked.manage(*command, environment=os.environ | {"DATABASE_URL": database_url} | environment)


@pytest.fixture
def server(postgres_server: EmbeddedPostgres | None) -> EmbeddedPostgres:
    if postgres_server is None:
        pytest.skip("DATABASE_URL names a server that has no database to spare")
    return postgres_server


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_says_in_one_line_that_the_database_is_away(command: tuple[str, ...]) -> None:
    finished = manage(*command, database_url=NOBODY)
    [line] = finished.stderr.splitlines()
    assert finished.returncode == 1
    assert line.startswith("Error: the database cannot be used: ")
    assert "Connection refused" in line


def test_a_command_says_in_one_line_that_the_password_is_wrong(server: EmbeddedPostgres) -> None:
    url = server.url.replace(urlsplit(server.url).password or "", "guess")
    finished = manage("migrate", database_url=url)
    [line] = finished.stderr.splitlines()
    assert "password authentication failed" in line
    assert "guess" not in line


def test_a_command_says_that_the_database_is_not_migrated(server: EmbeddedPostgres) -> None:
    finished = manage("create_api_key", "me", "--scope", "read", database_url=server.url_of("postgres"))
    assert finished.stderr == ("Error: the database lacks what this version needs: run `manage.py migrate`\n")


def test_a_command_says_in_one_line_that_no_database_can_be_embedded() -> None:
    finished = manage("migrate", database_url="", DATA_DIR="/proc/nowhere")
    [line] = finished.stderr.splitlines()
    assert line.startswith(
        "Error: the database cannot be used: DATABASE_URL is not set, and none can be embedded: "
        "cannot use the folder /proc/nowhere: "
    )


def test_the_traceback_is_there_for_who_asks_for_it() -> None:
    finished = manage("migrate", "--traceback", database_url=NOBODY)
    assert "Traceback" in finished.stderr


@pytest.mark.parametrize("secret", ["…", "fifteen letters"])
def test_a_secret_key_that_is_none_is_refused_without_being_shown(secret: str) -> None:
    finished = forked.manage("check", environment=os.environ | {"SECRET_KEY": secret})
    assert (finished.returncode, finished.stderr) == (
        1,
        "Configuration error: SECRET_KEY must have 16 characters or more: "
        "`openssl rand -base64 48` makes one\n",
    )
