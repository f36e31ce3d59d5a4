"""A worker sleeps until the moment that the rows tell: one that they miss would be slept through."""

import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from notification_service.directory.models import ClientUpload
from notification_service.mailings.models import Batch, Mailing, TestSend
from notification_service.mailings.moments import CALLS, next_moments
from tests.factories import (
    make_clients_in_bulk,
    make_gateway,
    make_mailing,
    make_message,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def minutes() -> dict[str, int]:
    """Until each call, by its short name."""
    moments = next_moments()
    return {call: round(moments[name] / 60) for call, name in CALLS.items() if name in moments}


def make_batch() -> None:
    Batch.objects.create(claimed_by="worker", lease_expires_at=now() + 3 * MINUTE, message_ids=[1])


def make_test_send(**fields: object) -> None:
    given = {"id": 1, "key": uuid.uuid4(), "requested_by": "ann", "gateway": make_gateway()}
    TestSend.objects.create(**given | {"phone": "79161234567", "text": "Hello"} | fields)


def make_upload(**fields: object) -> None:
    ClientUpload.objects.create(file_name="a.csv", uploaded_by="ann", digest=b"1", **fields)


def make_waiting(**fields: object) -> Mailing:
    """A running mailing of one message, which is due in five minutes."""
    mailing = make_running_mailing(**{"end_at": now() + 9 * MINUTE} | fields)
    make_message(mailing, next_attempt_at=now() + 5 * MINUTE)
    return mailing


def delete_running() -> None:
    Mailing.objects.filter(pk=make_waiting(status="cancelled").pk).update(deleted_at=now())


def test_nothing_is_to_be_done_where_there_is_nothing() -> None:
    assert minutes() == {}


def test_nothing_is_to_be_done_for_what_has_ended() -> None:
    make_mailing(status="finished", finished_at=now())
    make_test_send(status="sent", finished_at=now(), phone="", text="")
    make_upload(status="finished", finished_at=now())
    assert minutes() == {}


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        pytest.param(lambda: make_mailing(start_at=now() + 2 * MINUTE), {"start": 2}, id="a start to come"),
        pytest.param(lambda: make_mailing(start_at=now() - MINUTE), {"start": -1}, id="a start that is late"),
        pytest.param(
            lambda: make_waiting(audience_built_at=None),
            {"start": 0, "settle": 9, "send": 5},
            id="an audience",
        ),
        pytest.param(make_waiting, {"settle": 9, "send": 5}, id="a message that waits"),
        pytest.param(lambda: make_waiting(status="paused"), {"settle": 9}, id="a paused mailing"),
        pytest.param(lambda: make_waiting(end_at=now() - 2 * MINUTE), {"settle": -2}, id="a deadline"),
        pytest.param(lambda: make_waiting(status="cancelled"), {"settle": 0}, id="a cancelled mailing"),
        pytest.param(
            lambda: make_waiting(window_changed_at=now()), {"settle": 0, "send": 5}, id="a changed window"
        ),
        pytest.param(make_running_mailing, {"settle": 0}, id="a mailing with nothing left to send"),
        pytest.param(delete_running, {"settle": 0}, id="a deleted mailing"),
        pytest.param(make_batch, {"rescue": 3}, id="a lease"),
        pytest.param(make_test_send, {"test_sends": 0}, id="a test send"),
        pytest.param(
            lambda: make_test_send(status="sending", lease_expires_at=now() + MINUTE),
            {"test_sends": 1},
            id="a test send's lease",
        ),
        pytest.param(lambda: make_upload(status="waiting"), {"import": 0}, id="an upload"),
        pytest.param(lambda: make_upload(status="ready"), {}, id="an upload that nobody started"),
    ],
)
def test_each_thing_to_come_has_its_moment(make: Callable[[], object], expected: dict[str, int]) -> None:
    make()
    assert minutes() == expected


def test_the_first_moment_of_all_mailings_counts() -> None:
    make_waiting()
    make_message(make_running_mailing(end_at=now() + 4 * MINUTE), next_attempt_at=now() + 3 * MINUTE)
    assert minutes() == {"settle": 4, "send": 3}


def test_looking_for_the_next_moment_reads_one_message_of_a_large_mailing() -> None:
    make_clients_in_bulk(20_000)
    make_messages_in_bulk(make_running_mailing())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailings_duemessage")
        cursor.execute("SELECT pg_stat_get_xact_tuples_returned('mailings_duemessage'::regclass)")
        (before,) = cursor.fetchone()
        next_moments()
        cursor.execute("SELECT pg_stat_get_xact_tuples_returned('mailings_duemessage'::regclass)")
        assert cursor.fetchone()[0] == before
