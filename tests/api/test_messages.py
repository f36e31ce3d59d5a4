from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notification_service.api.message_filter import MessageFilter
from notification_service.mailings.models import Batch, Message
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.factories import (
    mailing_of,
    make_attempt,
    make_client,
    make_mailing,
    make_message,
    make_running_mailing,
    now,
)
from tests.reasons import http_status

pytestmark = pytest.mark.django_db

FIRST = datetime(2030, 1, 1, tzinfo=UTC)
SECOND = datetime(2030, 1, 2, tzinfo=UTC)


def test_a_message_is_shown_with_its_failed_attempts(reader: Api) -> None:
    message = make_message(created_at=FIRST, next_attempt_at=SECOND, attempts=2, **http_status(503).columns)
    make_attempt(message, at=FIRST, http_status=503, response="Busy", retry_at=SECOND)
    make_attempt(message, at=SECOND, number=2, outcome="lost", reason="worker_lost", reason_number=None)
    assert body_of(reader.get(f"/api/messages/{message.pk}/")) == {
        "id": message.pk,
        "mailing": message.mailing_id,
        "client": message.client_id,
        "client_external_id": None,
        "status": "pending",
        "created_at": "2030-01-01T00:00:00Z",
        "sent_at": None,
        "attempts": 2,
        "next_attempt_at": "2030-01-02T00:00:00Z",
        "gateway": None,
        "provider_id": None,
        "delivery": None,
        "delivered_at": None,
        "delivery_reason": None,
        "error": "HTTP 503",
        "code": "http_status",
        "code_number": 503,
        "cause": None,
        "cause_number": None,
        "reference": None,
        "single": None,
        "failed_attempts": [
            {
                "number": 1,
                "at": "2030-01-01T00:00:00Z",
                "outcome": "retry",
                "gateway": None,
                "error": "HTTP 503",
                "code": "http_status",
                "code_number": 503,
                "http_status": 503,
                "answer": "Busy",
                "retry_at": "2030-01-02T00:00:00Z",
            },
            {
                "number": 2,
                "at": "2030-01-02T00:00:00Z",
                "outcome": "lost",
                "gateway": None,
                "error": "worker lost",
                "code": "worker_lost",
                "code_number": None,
                "http_status": None,
                "answer": None,
                "retry_at": None,
            },
        ],
    }


def test_the_error_of_a_sent_message_is_null(reader: Api) -> None:
    message = make_message(status="sent", sent_at=FIRST)
    body = body_of(reader.get(f"/api/messages/{message.pk}/"))
    assert (body["error"], body["code"], body["code_number"]) == (None, None, None)
    assert body["failed_attempts"] == []


STATUSES = ["pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"]


@pytest.mark.parametrize("status", STATUSES)
def test_the_list_of_messages_is_filtered_by_status(reader: Api, status: str) -> None:
    ids = {}
    for each in STATUSES:
        reason = "" if each in ("pending", "sending", "sent") else "other"
        ids[each] = make_message(status=each, reason=reason).pk
    Batch.objects.create(claimed_by="a worker", lease_expires_at=FIRST, message_ids=[ids["sending"]])
    mailing = mailing_of(Message.objects.get(pk=ids[status])).pk
    for query in ({"status": status}, {"status": status, "mailing": mailing}):
        body = body_of(reader.get("/api/messages/", **query))
        assert [row["id"] for row in body["results"]] == [ids[status]]
    assert body_of(reader.get("/api/messages/", status=status, mailing=mailing + 99))["results"] == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["b", "a"]),
        ({"ordering": "id"}, ["a", "b"]),
        ({"created_from": "2030-01-02T00:00:00Z"}, ["b"]),
        ({"created_before": "2030-01-02T00:00:00Z"}, ["a"]),
        ({"sent_from": "2030-01-02T00:00:00Z"}, ["b"]),
        ({"sent_before": "2030-01-02T00:00:00Z"}, ["a"]),
        ({"created_from": "2030-01-01T00:00:00Z", "created_before": "2030-01-03T00:00:00Z"}, ["b", "a"]),
    ],
)
def test_the_list_of_messages_is_filtered_by_time_and_ordered(
    reader: Api, query: dict[str, Any], expected: list[str]
) -> None:
    names = {
        make_message(status="sent", created_at=FIRST, sent_at=FIRST).pk: "a",
        make_message(status="sent", created_at=SECOND, sent_at=SECOND).pk: "b",
    }
    body = body_of(reader.get("/api/messages/", **query))
    assert [names[row["id"]] for row in body["results"]] == expected


def test_the_list_of_messages_is_filtered_by_mailing_and_client(reader: Api) -> None:
    mailing, client = make_mailing(), make_client()
    both = make_message(mailing=mailing, client=client)
    one = make_message(mailing=mailing)
    other = make_message(client=client)
    found = [
        [row["id"] for row in body_of(reader.get("/api/messages/", **query))["results"]]
        for query in (
            {"mailing": mailing.pk},
            {"client": client.pk},
            {"mailing": mailing.pk, "client": client.pk},
        )
    ]
    assert found == [[one.pk, both.pk], [other.pk, both.pk], [both.pk]]


def test_an_unescaped_plus_in_a_time_offset_is_understood(reader: Api) -> None:
    message = make_message(created_at=SECOND)
    answer = reader.http.get("/api/messages/?created_from=2030-01-02T03:00:00+03:00")
    assert [row["id"] for row in body_of(answer)["results"]] == [message.pk]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_message_cannot_be_changed(api: Api, method: str) -> None:
    message = make_message()
    paths = [f"/api/messages/{message.pk}/", f"/api/messages/{message.pk}/proof/"]
    assert [api.send(method, path, {}).status_code for path in paths] == [405, 405]


def test_a_message_that_expired_names_its_cause(reader: Api) -> None:
    message = make_message(status="expired", reason="deadline_passed", error="http_status:503")
    body = body_of(reader.get(f"/api/messages/{message.pk}/"))
    shown = {name: body[name] for name in ("error", "code", "code_number", "cause", "cause_number")}
    assert shown == {
        "error": "deadline passed (HTTP 503)",
        "code": "deadline_passed",
        "code_number": None,
        "cause": "http_status",
        "cause_number": 503,
    }


@pytest.mark.parametrize("name", ["created_from", "sent_from"])
def test_messages_of_late_are_not_looked_for_where_every_mailing_ended_before(name: str) -> None:
    before, yesterday = now() - timedelta(days=9), now() - timedelta(days=1)
    old = make_mailing(status="finished", finished_at=before, partition=1)
    new = make_running_mailing(partition=2)
    for mailing, at in ((old, before), (new, now())):
        make_message(mailing, partition=mailing.partition, status="sent", created_at=at, sent_at=at)
    found = MessageFilter({name: yesterday.isoformat()}, queryset=Message.objects.all()).qs
    assert [message.mailing for message in found] == [new]
    assert "mailings_message_p2" in found.explain()
    assert "mailings_message_p1" not in found.explain()


def test_messages_may_be_asked_for_from_the_first_moment_there_is(reader: Api) -> None:
    assert reader.get("/api/messages/?sent_from=0001-01-01T00:00:00Z").status_code == 200
