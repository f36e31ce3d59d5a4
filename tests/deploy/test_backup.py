"""Backup and restore as docs/operations.md says, with the PostgreSQL programs that come in the wheel."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from notification_service.standalone.postgres.cluster import find_binaries
from tests.deploy.files import text_of
from tests.factories import make_messages, make_running_mailing
from tests.journeys.conftest import database_conninfo
from tests.mailings.test_stats import WRONG
from tests.reports.day import end

RESTORED = "restored_notification_service"
INSERT = """
INSERT INTO mailings_message (mailing_id, client_id, status, attempts, created_at, next_attempt_at, error)
VALUES (0, 0, 'pending', 0, now(), now(), '') RETURNING id
"""


def run(program: str, *arguments: str | Path) -> None:
    command = [str(find_binaries() / program), *map(str, arguments)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.fixture
def empty_database(transactional_db: None) -> Iterator[str]:
    with psycopg.connect(database_conninfo(), autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {RESTORED}")
        server.execute(f"CREATE DATABASE {RESTORED}")
        yield make_conninfo(database_conninfo(), dbname=RESTORED)
        server.execute(f"DROP DATABASE {RESTORED} WITH (FORCE)")


@pytest.fixture
def restored(empty_database: str, tmp_path: Path) -> Iterator["psycopg.Connection[Any]"]:
    """Of a mailing with four messages, two of which are sent."""
    mailing = make_running_mailing()
    end(make_messages(mailing, 2), "sent")
    make_messages(mailing, 2)
    run("pg_dump", "-Fc", "-f", tmp_path / "backup.dump", "-d", database_conninfo())
    run("pg_restore", "--no-owner", "-d", empty_database, tmp_path / "backup.dump")
    with psycopg.connect(empty_database, autocommit=True) as connection:
        yield connection


def test_a_restored_database_is_complete_and_counts_further_changes(
    restored: "psycopg.Connection[Any]",
) -> None:
    sent = restored.execute("SELECT count(*) FROM mailings_message WHERE status = 'sent'").fetchone()
    assert (sent, restored.execute(WRONG).fetchall()) == ((2,), [])
    restored.execute("UPDATE mailings_message SET status = 'sent', next_attempt_at = NULL")
    assert restored.execute(WRONG).fetchall() == []


def test_the_documented_statement_keeps_ids_unique_after_a_restore(
    restored: "psycopg.Connection[Any]",
) -> None:
    [statement] = re.findall(r"^ +(SELECT setval\(.*;)$", text_of("docs/operations.md"), re.MULTILINE)
    last = restored.execute("SELECT max(id) FROM mailings_message").fetchone()
    given_since_the_backup = [message.pk for message in make_messages(make_running_mailing(), 5)]
    restored.execute(statement)
    made = restored.execute(INSERT).fetchone()
    assert last
    assert made
    assert made[0] > max(given_since_the_backup) > last[0]
