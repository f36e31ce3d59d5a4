"""The database serves nothing for the moment: 503 at both doors, for reads too, and in words that say why."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test import Client as HttpClient

from tests.api.answers import body_of
from tests.api.conftest import Api, session_with
from tests.factories import make_client
from tests.journeys.conftest import database_conninfo

pytestmark = pytest.mark.django_db(transaction=True)

READ_ONLY = "The database takes no changes for now; try again in a moment."
SLOW = "The database took too long over this; ask for less, or try again in a moment."
LOCKED = "Someone else is changing the same data; try again in a moment."
LOGIN = {"username": "anyone", "password": "anything"}


@contextmanager
def locked(table: str) -> Iterator[None]:
    with psycopg.connect(database_conninfo()) as other:
        other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield


def told(answer: Any) -> tuple[int, str, str]:
    return answer.status_code, answer["Retry-After"], body_of(answer)["detail"]


def test_a_read_that_needs_a_write_is_to_come_again_once_the_database_takes_any(api: Api) -> None:
    with session_with(default_transaction_read_only="on"):
        assert told(api.get("/api/clients/")) == (503, "5", READ_ONLY)
    assert api.get("/api/clients/").status_code == 200


def test_a_change_is_to_come_again_once_the_database_takes_any(api: Api) -> None:
    client = make_client()
    api.get("/api/clients/")
    with session_with(default_transaction_read_only="on"):
        assert told(api.patch(f"/api/clients/{client.pk}/", {"tag": "new"})) == (503, "5", READ_ONLY)


def test_a_login_is_told_that_nothing_can_be_changed() -> None:
    http = HttpClient(raise_request_exception=False)
    with session_with(default_transaction_read_only="on"):
        answer = http.post("/login/", LOGIN)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Nothing can be changed at the moment" in answer.content.decode()


def test_a_statement_that_takes_too_long_is_said_to(api: Api) -> None:
    with session_with(statement_timeout="50ms"), locked("directory_client"):
        assert told(api.get("/api/clients/")) == (503, "5", SLOW)


def test_a_row_that_somebody_else_changes_is_said_to_be(api: Api) -> None:
    with session_with(lock_timeout="50ms"), locked("directory_client"):
        assert told(api.get("/api/clients/")) == (503, "5", LOCKED)


def test_a_screen_that_takes_too_long_is_said_to() -> None:
    http = HttpClient(raise_request_exception=False, headers={"Accept-Language": "en"})
    with session_with(statement_timeout="50ms"), locked("auth_user"):
        answer = http.post("/login/", LOGIN)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "This takes too long" in answer.content.decode()


def test_a_session_that_a_request_has_just_lost_fails_no_other_request(api: Api) -> None:
    with session_with():
        assert connection.is_usable()
        with psycopg.connect(database_conninfo(), autocommit=True) as other:
            other.execute("SELECT pg_terminate_backend(%s, 10_000)", [connection.connection.info.backend_pid])
        with pytest.raises(OperationalError), connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert not connection.is_usable()
        connection.close()
        assert api.get("/api/clients/").status_code == 200


def test_a_session_that_cannot_write_is_not_kept() -> None:
    with session_with(default_transaction_read_only="on"):
        assert not connection.is_usable()
    with session_with():
        assert connection.is_usable()
