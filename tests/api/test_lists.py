"""Lists: several values for a filter, what was changed since, failures by their reason, and whole files."""

import csv
import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notification_service.access.models import ApiKey
from notification_service.api import exports
from notification_service.audit.models import Entry
from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing, Message
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_attempt, make_client, make_mailing, make_message, make_running_mailing
from tests.reasons import http_status

pytestmark = pytest.mark.django_db


def ids(answer: Any) -> list[int]:
    return [row["id"] for row in body_of(answer)["results"]]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("tag=a&tag=b", ["a", "b"]),
        ("tag=a&tag=a", ["a"]),
        ("tag=&tag=c", ["", "c"]),
        ("timezone=UTC&timezone=Asia/Omsk", ["", "a", "b", "c"]),
        ("operator_code=916&operator_code=999", ["", "a", "b", "c"]),
        ("tag=a&tag=b&timezone=Asia/Omsk", []),
    ],
)
def test_clients_of_any_of_several_values_are_found(api: Api, query: str, found: list[str]) -> None:
    for tag in ("", "a", "b", "c"):
        make_client(tag=tag, timezone="UTC", operator_code="916")
    rows = body_of(api.http.get(f"/api/v1/clients/?{query}"))["results"]
    assert sorted(row["tag"] for row in rows) == found


def test_mailings_of_any_of_several_statuses_are_found(api: Api) -> None:
    mailings = {status: make_mailing(status=status) for status in ("scheduled", "running", "paused")}
    found = ids(api.http.get("/api/v1/mailings/?status=paused&status=running"))
    assert found == [mailings["paused"].pk, mailings["running"].pk]


def test_messages_of_several_mailings_clients_and_statuses_are_found(api: Api) -> None:
    first, second, third = (make_message(status=status) for status in ("sent", "failed", "cancelled"))
    of_two = f"mailing={first.mailing_id}&mailing={second.mailing_id}"
    assert ids(api.http.get(f"/api/v1/messages/?{of_two}")) == [second.pk, first.pk]
    assert ids(api.http.get(f"/api/v1/messages/?{of_two}&status=sent&status=cancelled")) == [first.pk]
    assert ids(api.http.get("/api/v1/messages/?status=failed&status=cancelled")) == [third.pk, second.pk]
    clients = f"client={first.client_id}&client={third.client_id}"
    assert ids(api.http.get(f"/api/v1/messages/?{clients}")) == [third.pk, first.pk]


@pytest.mark.parametrize("several", ["page_size=1&page_size=2", "search=a&search=b", "cursor=a&cursor=b"])
def test_a_parameter_that_has_one_value_is_refused_twice(api: Api, several: str) -> None:
    name = several.partition("=")[0]
    answer = api.http.get(f"/api/v1/clients/?{several}")
    assert errors_of(answer) == {f"?{name}": "Must be given only once."}


def test_a_bad_value_among_good_ones_and_a_hundred_and_one_values_are_refused(api: Api) -> None:
    assert "?status" in errors_of(api.http.get("/api/v1/mailings/?status=paused&status=gone"))
    many = "&".join(f"tag={number}" for number in range(101))
    assert errors_of(api.http.get(f"/api/v1/clients/?{many}")) == {
        "?tag": "Must be given no more than 100 times."
    }


def test_clients_that_were_changed_since_a_time_are_found(api: Api) -> None:
    old, new = make_client(), make_client()
    now = timezone.now()
    Client.objects.filter(pk=old.pk).update(updated_at=now - timedelta(days=1))
    since = (now - timedelta(hours=1)).isoformat()
    assert ids(api.get("/api/v1/clients/", updated_from=since)) == [new.pk]


@pytest.mark.parametrize("moved", ["updated_at", "started_at", "finished_at"])
def test_mailings_that_were_changed_started_or_ended_since_a_time_are_found(api: Api, moved: str) -> None:
    old, new = make_mailing(), make_mailing()
    now = timezone.now()
    Mailing.objects.update(updated_at=now - timedelta(days=1))
    Mailing.objects.filter(pk=new.pk).update(**{moved: now})
    assert ids(api.get("/api/v1/mailings/", updated_from=(now - timedelta(hours=1)).isoformat())) == [new.pk]
    assert old.pk != new.pk


def test_messages_that_failed_for_a_reason_are_found_by_its_code(api: Api) -> None:
    failed = make_message(status="failed", **http_status(400).columns)
    make_message(status="sent")
    assert ids(api.get("/api/v1/messages/", code="http_status")) == [failed.pk]
    assert ids(api.http.get("/api/v1/messages/?code=http_status&code=connection_refused")) == [failed.pk]
    assert "?code" in errors_of(api.get("/api/v1/messages/", code="nonsense"))


@pytest.fixture
def told() -> dict[str, int]:
    """The ids of messages of one mailing, by what receipts say of them."""
    mailing = make_running_mailing()
    made = {
        "delivered": make_message(mailing, make_client(), status="sent").pk,
        "undelivered": make_message(mailing, make_client(), status="sent").pk,
        "awaited": make_message(mailing, make_client(), status="sent").pk,
        "after all": make_message(mailing, make_client(), status="failed", reason="other").pk,
        "pending": make_message(mailing, make_client()).pk,
    }
    delivered = (made["delivered"], made["after all"])
    Message.objects.filter(pk__in=delivered).update(delivery="delivered")  # an update is what is counted
    Message.objects.filter(pk=made["undelivered"]).update(delivery="undelivered")
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("delivery=delivered", ["after all", "delivered"]),
        ("delivery=undelivered", ["undelivered"]),
        ("delivery=awaited", ["awaited"]),
        ("delivery=undelivered&delivery=awaited", ["awaited", "undelivered"]),
        ("delivery=delivered&status=failed", ["after all"]),
        ("delivery=awaited&status=failed", []),
    ],
)
def test_messages_are_found_by_what_receipts_say(
    api: Api, told: dict[str, int], query: str, found: list[str]
) -> None:
    expected = [told[name] for name in found]
    mailing = Mailing.objects.get().pk
    assert ids(api.http.get(f"/api/v1/messages/?{query}")) == expected
    assert ids(api.http.get(f"/api/v1/messages/?{query}&mailing={mailing}")) == expected
    for ending in ("csv", "ndjson"):
        file = api.http.get(f"/api/v1/mailings/{mailing}/messages.{ending}?{query}").getvalue().decode()
        rows = list(csv.DictReader(file.splitlines())) if ending == "csv" else _lines(file)
        assert [int(row["id"]) for row in rows] == sorted(expected)


def _lines(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.splitlines()]


def test_that_no_receipt_says_so_is_known_without_reading_the_messages(api: Api) -> None:
    mailing = make_running_mailing()
    make_message(mailing, status="sent")
    for query in ("delivery=undelivered", f"delivery=undelivered&mailing={mailing.pk}"):
        with CaptureQueriesContext(connection) as made:
            assert ids(api.http.get(f"/api/v1/messages/?{query}")) == []
        assert not [each for each in made if 'FROM "mailings_message"' in each["sql"]]


def test_a_file_of_messages_is_filtered_by_status_and_reason(api: Api, three: list[Any]) -> None:
    path = f"/api/v1/mailings/{three[0].mailing_id}/messages.ndjson"
    for query in ("status=failed", "code=http_status", "status=failed&status=expired"):
        rows = _lines(api.http.get(f"{path}?{query}").getvalue().decode())
        assert [row["id"] for row in rows] == [three[1].pk]
    assert set(errors_of(api.http.get(f"{path}?delivery=lost"))) == {"?delivery"}
    assert errors_of(api.http.get(f"{path}?client=1")) == {"?client": "There is no such parameter."}


@pytest.fixture
def three(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Messages of one mailing, in two chunks, beside one of another mailing."""
    monkeypatch.setattr(exports, "CHUNK_ROWS", 2)
    mailing = make_mailing(status="running")
    messages = [
        make_message(mailing, make_client(), status="sent", sent_at=timezone.now()),
        make_message(mailing, make_client(), status="failed", **http_status(400).columns),
        make_message(mailing, make_client()),
    ]
    make_message()
    return messages


@pytest.mark.parametrize("accept", ["*/*", "application/x-ndjson", "application/json"])
def test_the_messages_of_a_mailing_come_as_ndjson_as_the_list_shows_them(
    api: Api, three: list[Any], accept: str
) -> None:
    path = f"/api/v1/mailings/{three[0].mailing_id}/messages.ndjson"
    answer = api.http.get(path, headers={"Accept": accept})
    assert (answer["Content-Type"], answer.streaming) == ("application/x-ndjson", True)
    lines = answer.getvalue().decode().splitlines()
    listed = body_of(api.get("/api/v1/messages/", mailing=three[0].mailing_id, ordering="id"))["results"]
    assert [json.loads(line) for line in lines] == listed
    assert [row["id"] for row in listed] == [message.pk for message in three]


def test_the_messages_of_a_mailing_come_as_csv(api: Api, three: list[Any]) -> None:
    answer = api.get(f"/api/v1/mailings/{three[0].mailing_id}/messages.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.DictReader(b"".join(answer.streaming_content).decode().splitlines()))
    assert [(int(row["id"]), row["status"], row["code"]) for row in rows] == [
        (three[0].pk, "sent", ""),
        (three[1].pk, "failed", "http_status"),
        (three[2].pk, "pending", ""),
    ]


def test_a_file_of_messages_is_in_the_audit_log(api: Api, three: list[Any]) -> None:
    b"".join(api.get(f"/api/v1/mailings/{three[0].mailing_id}/messages.csv").streaming_content)
    entry = Entry.objects.about("mailing").filter(action="mailing.messages_exported").get()
    assert (entry.object_id, entry.actor_kind) == (three[0].mailing_id, "key")


@pytest.mark.parametrize("name", ["messages.csv", "messages.ndjson"])
def test_no_file_of_a_mailing_that_is_not_there_begins(api: Api, name: str) -> None:
    answer = api.get(f"/api/v1/mailings/1/{name}")
    assert (answer.status_code, errors_of(answer)) == (404, {})


def test_mailings_are_found_by_their_reference(api: Api) -> None:
    make_mailing()
    named = make_mailing(reference="opening-2030")
    assert ids(api.get("/api/v1/mailings/", reference="opening-2030")) == [named.pk]


def test_a_message_shows_the_external_id_of_its_client(api: Api) -> None:
    message = make_message(client=make_client(external_id="crm-1"))
    make_message()
    shown = {row["id"]: row["client_external_id"] for row in body_of(api.get("/api/v1/messages/"))["results"]}
    assert (shown.pop(message.pk), list(shown.values())) == ("crm-1", [None])


def test_messages_can_come_with_their_clients(api: Api) -> None:
    messages = [make_message(client=make_client(tag=tag)) for tag in ("a", "b")]
    rows = body_of(api.get("/api/v1/messages/", expand="client", ordering="id"))["results"]
    shown = [body_of(api.get(f"/api/v1/clients/{message.client_id}/")) for message in messages]
    assert [row["expanded"] for row in rows] == [{"client": client} for client in shown]
    assert [row["client"] for row in rows] == [client["id"] for client in shown]
    assert "expanded" not in body_of(api.get("/api/v1/messages/"))["results"][0]


def test_a_message_whose_client_is_gone_comes_without_one(api: Api) -> None:
    message = make_message()
    api.delete(f"/api/v1/clients/{message.client_id}/")
    [row] = body_of(api.get("/api/v1/messages/", expand="client"))["results"]
    assert row["expanded"] == {"client": None}


def test_a_message_comes_with_the_gateways_words(api: Api) -> None:
    failed, fine = make_message(status="failed", attempts=2), make_message(status="sent", attempts=1)
    make_attempt(failed, number=1, response="Busy", **http_status(503).columns)
    make_attempt(failed, number=2, http_status=400, response="No such phone", **http_status(400).columns)
    with CaptureQueriesContext(connection) as made:
        rows = body_of(api.http.get("/api/v1/messages/?expand=failure&expand=client"))["results"]
    assert [row["id"] for row in rows] == [fine.pk, failed.pk]
    assert rows[0]["expanded"]["failure"] is None
    assert rows[1]["expanded"]["client"]["id"] == failed.client_id
    failure = rows[1]["expanded"]["failure"]
    assert (failure["number"], failure["answer"], failure["http_status"]) == (2, "No such phone", 400)
    assert sum("mailings_attempt" in each["sql"] for each in made) == 1
    [row] = body_of(api.get("/api/v1/messages/", status="failed", expand="failure"))["results"]
    assert row["expanded"].keys() == {"failure"}


def test_a_message_comes_with_the_words_of_a_gateway_that_did_not_let_us_in(api: Api) -> None:
    waiting = make_message(attempts=0, **http_status(401).columns)
    make_attempt(waiting, outcome="held", http_status=401, response="Bad token", **http_status(401).columns)
    [row] = body_of(api.get("/api/v1/messages/", expand="failure"))["results"]
    assert row["expanded"]["failure"]["answer"] == "Bad token"


def test_the_gateways_words_have_no_phone_for_who_may_not_see_it(db: None) -> None:
    key = ApiKey.issue(name="viewer", scope="read", pii=False)[1]
    failed = make_message(client=make_client(phone="79161234567"), status="failed", attempts=1)
    make_attempt(failed, response="79161234567 is unknown", **http_status(400).columns)
    [row] = body_of(Api(key).get("/api/v1/messages/", expand="failure"))["results"]
    assert row["expanded"]["failure"]["answer"] == "7916***4567 is unknown"


def test_nothing_else_can_be_expanded(api: Api) -> None:
    assert errors_of(api.get("/api/v1/messages/", expand="mailing")) == {
        "?expand": "Must be one of: client, failure."
    }
