"""What a connection is opened with: the URL's own options, and nothing that a pooler refuses."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, connections
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from notification_service.database import session
from notification_service.database.session import Limits
from notification_service.delivery.database import Database
from notification_service.environment import database_settings
from notification_service.worker.signals import STATEMENT_SECONDS, bound_sessions
from tests.delivery.database import on_database
from tests.journeys.conftest import database_conninfo
from tests.pooler import pooler

pytestmark = pytest.mark.django_db(transaction=True)

OF_WEB = Limits("notification_service web", 7)


@pytest.fixture
def pooled() -> Iterator[str]:
    parts = conninfo_to_dict(database_conninfo())
    if not str(parts.get("host", "")).startswith("/"):
        pytest.skip("the database of DATABASE_URL is not reached by a socket of this machine")
    with pooler(socket_folder=str(parts["host"]), server_port=str(parts.get("port") or 5432)) as port:
        yield make_conninfo("", **parts | {"host": "127.0.0.1", "port": port})


@contextmanager
def web_connection(conninfo: str) -> Iterator[Any]:
    """One of a web process's own."""
    with connection_of(conninfo, lambda: session.bound("default", OF_WEB)) as other:
        yield other


@contextmanager
def connection_of(conninfo: str, bound: Callable[[], None]) -> Iterator[Any]:
    """One that a process opens which has its connections bounded so."""
    kept = dict(connections.settings["default"])
    connections.settings["default"].update(database_settings(conninfo))
    bound()
    other = connections.create_connection("default")
    try:
        yield other
    finally:
        other.close()
        connections.settings["default"].clear()
        connections.settings["default"].update(kept)


def shown(other: Any, name: str) -> str:
    with other.cursor() as cursor:
        cursor.execute(f"SHOW {name}")
        return str(cursor.fetchone()[0])


async def timeout_of(database: Database) -> str:
    async def show(cursor: Any) -> str:
        await cursor.execute("SELECT current_setting('statement_timeout')")
        return str((await cursor.fetchone())[0])

    return await database.call(show)


def test_a_web_process_is_let_in_by_a_pooler(pooled: str) -> None:
    with web_connection(pooled) as other:
        assert shown(other, "statement_timeout") == "7s"
        assert shown(other, "application_name") == "notification_service web"


def test_a_worker_is_let_in_by_a_pooler(pooled: str) -> None:
    assert on_database(pooled, timeout_of) == "30s"


def test_what_the_url_says_stands(conninfo_with_options: str) -> None:
    assert on_database(conninfo_with_options, timeout_of) == "5s"
    with web_connection(conninfo_with_options) as other:
        assert shown(other, "statement_timeout") == "5s"
        assert shown(other, "work_mem") == "5MB"
        assert shown(other, "application_name") == "somebody"
        assert other.get_connection_params()["connect_timeout"] == "9"


@pytest.fixture
def conninfo_with_options() -> str:
    return make_conninfo(
        database_conninfo(),
        options="-c statement_timeout=5s -c work_mem=5MB",
        application_name="somebody",
        connect_timeout=9,
    )


def test_what_the_role_has_stands() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER ROLE CURRENT_USER SET statement_timeout = '6s'")
    try:
        with web_connection(database_conninfo()) as other:
            assert shown(other, "statement_timeout") == "6s"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER ROLE CURRENT_USER RESET statement_timeout")


def test_every_connection_of_a_web_process_is_bounded() -> None:
    with web_connection(database_conninfo()) as other:
        other.ensure_connection()
        assert other.connection.answer_seconds == OF_WEB.statement_seconds + session.MARGIN_SECONDS
        bounds = {name: shown(other, name) for name in OF_WEB.server_settings}
        given = other.get_connection_params()
    assert bounds["idle_in_transaction_session_timeout"] == "1min"
    assert bounds["lock_timeout"] == f"{session.LOCK_MILLISECONDS}ms"
    assert {name: given[name] for name in session.CONNECTION} == session.CONNECTION


def test_every_connection_of_a_worker_s_calls_is_bounded() -> None:
    with connection_of(database_conninfo(), bound_sessions) as other:
        other.ensure_connection()
        assert other.connection.answer_seconds == STATEMENT_SECONDS + session.MARGIN_SECONDS
        names = ("statement_timeout", "idle_in_transaction_session_timeout", "application_name")
        bounds = {name: shown(other, name) for name in names}
    assert bounds == {
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "15s",
        "application_name": "notification_service worker",
    }


def test_what_the_url_says_stands_for_a_worker_s_calls(conninfo_with_options: str) -> None:
    with connection_of(conninfo_with_options, bound_sessions) as other:
        assert shown(other, "statement_timeout") == "5s"
        assert shown(other, "application_name") == "somebody"
