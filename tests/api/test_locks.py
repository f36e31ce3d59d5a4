"""A request that cannot have its lock is answered 503: the session that has it may be a lost machine's."""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.test import Client as Browser

from tests.api.answers import mailing_body
from tests.api.conftest import Api, session_with
from tests.factories import make_client, make_gateway, make_running_mailing, make_segment

LOCKED = ("mailings_mailing", "directory_client", "mailings_gateway", "directory_segment")
Request = Callable[[Api, int], Any]

REQUESTS: dict[str, Request] = {
    "pausing a mailing": lambda api, pk: api.post(f"/api/mailings/{pk}/pause/"),
    "resuming a mailing": lambda api, pk: api.post(f"/api/mailings/{pk}/resume/"),
    "cancelling a mailing": lambda api, pk: api.post(f"/api/mailings/{pk}/cancel/"),
    "changing a mailing": lambda api, pk: api.patch(f"/api/mailings/{pk}/", {"text": "Another"}),
    "deleting a mailing": lambda api, pk: api.delete(f"/api/mailings/{pk}/"),
    "changing a client": lambda api, pk: api.patch(f"/api/clients/{pk}/", {"tag": "another"}),
    "changing a segment": lambda api, pk: api.patch(f"/api/segments/{pk}/", {"filter": {"tags": ["a"]}}),
    "deleting a segment": lambda api, pk: api.delete(f"/api/segments/{pk}/"),
    "naming a segment that somebody may be deleting": lambda api, pk: api.post(
        "/api/mailings/", mailing_body(filter={"segment": "locked"})
    ),
    "deleting a client": lambda api, pk: api.delete(f"/api/clients/{pk}/"),
}


@pytest.fixture
def locked_id(transactional_db: None) -> Iterator[int]:
    """Of a mailing, a client and a gateway, whose rows another session holds."""
    mailing = make_running_mailing()
    make_client(pk=mailing.pk)
    make_gateway(pk=mailing.pk + 1000)
    make_segment(pk=mailing.pk, name="locked")
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        for table in LOCKED:
            other.execute(f"SELECT FROM {table} FOR UPDATE")
        with session_with(lock_timeout="20ms"):
            yield mailing.pk
        other.rollback()


@pytest.mark.parametrize("request_for", REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_that_cannot_have_its_lock_may_be_repeated(
    locked_id: int, api: Api, request_for: Request
) -> None:
    answer = request_for(api, locked_id)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer["Content-Type"] == "application/problem+json"


def test_a_button_of_the_console_is_answered_503_as_well(locked_id: int, admin_client: Browser) -> None:
    admin_client.raise_request_exception = False
    answer = admin_client.post(f"/mailings/{locked_id}/pause/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
