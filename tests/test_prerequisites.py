"""What the service needs of PostgreSQL: each lack is named by whoever meets it first."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.core import checks
from django.db import connection, connections
from psycopg.conninfo import make_conninfo

from notification_service.database import prerequisites
from notification_service.database.prerequisites import unmet, vital
from notification_service.environment import database_settings
from tests.journeys.conftest import database_conninfo

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).parents[1]
NAME = "test_prerequisites"


@contextmanager
def other_database(options: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {NAME} TEMPLATE template0 {options}")
    try:
        yield make_conninfo(database_conninfo(), dbname=NAME)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def lacking(conninfo: str) -> list[str]:
    other = connections["default"].copy()
    other.settings_dict.update(database_settings(conninfo))
    try:
        return [each.id for each in unmet(other)]
    finally:
        other.close()


@contextmanager
def altered(statement: str, back: str) -> Iterator[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    try:
        yield database_conninfo()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(back)


def test_the_service_s_own_database_lacks_nothing() -> None:
    assert unmet(connection) == []


@pytest.mark.parametrize("encoding", ["SQL_ASCII", "WIN1251", "LATIN1"])
def test_a_database_without_all_letters_is_named(encoding: str) -> None:
    with other_database(f"ENCODING '{encoding}' LOCALE_PROVIDER libc LOCALE 'C'") as conninfo:
        assert lacking(conninfo) == ["database.E002"]


def test_a_database_that_folds_no_cyrillic_is_warned_of() -> None:
    with other_database("ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'") as conninfo:
        assert lacking(conninfo) == ["database.W001"]


def test_another_isolation_of_transactions_is_named() -> None:
    name = "default_transaction_isolation"
    role = "ALTER ROLE CURRENT_USER"
    with altered(f"{role} SET {name} = 'serializable'", f"{role} RESET {name}") as conninfo:
        assert lacking(conninfo) == ["database.E003"]


def test_a_role_with_too_few_rights_is_named() -> None:
    name = connection.settings_dict["NAME"]
    make = f"""
        CREATE ROLE too_poor LOGIN; REVOKE TEMPORARY ON DATABASE {name} FROM PUBLIC;
        GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO too_poor;
        REVOKE INSERT ON mailings_message FROM too_poor
    """
    drop = f"DROP OWNED BY too_poor; DROP ROLE too_poor; GRANT TEMPORARY ON DATABASE {name} TO PUBLIC"
    with altered(make, drop), connection.cursor() as cursor:
        cursor.execute("SET ROLE too_poor")
        found = {each.id: each.sentence for each in vital(connection)}
        cursor.execute("RESET ROLE")
    assert set(found) == {"database.E004", "database.E005"}
    assert found["database.E005"] == "The role may not read or write mailings_message."


@pytest.mark.parametrize(
    ("fact", "value", "lack"),
    [
        ("LEAST_VERSION", 99, "database.E001"),
        ("ZONE", "Europe/Nowhere", "database.E006"),
        ("MOST_CLOCK_SECONDS", -1, "database.W002"),
    ],
)
def test_what_no_server_here_lacks_would_be_named(
    monkeypatch: pytest.MonkeyPatch, fact: str, value: Any, lack: str
) -> None:
    monkeypatch.setattr(prerequisites, fact, value)
    assert [each.id for each in unmet(connection)] == [lack]


def test_the_checks_of_django_have_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prerequisites, "LEAST_VERSION", 99)
    found = checks.run_checks(tags=[checks.Tags.database], databases=["default"])
    assert [(message.id, message.is_serious()) for message in found] == [("database.E001", True)]


def test_migrate_refuses_a_database_without_all_letters() -> None:
    with other_database("ENCODING 'SQL_ASCII' LOCALE_PROVIDER libc LOCALE 'C'") as conninfo:
        finished = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), "migrate"],
            env=os.environ | {"DATABASE_URL": conninfo},
            capture_output=True,
            text=True,
            check=False,
        )
    assert finished.returncode == 1
    assert "(database.E002) The database's encoding is SQL_ASCII, not UTF8." in finished.stderr
