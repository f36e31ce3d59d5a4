"""POST /api/v1/messages/: one message, or many of which the good ones are taken."""

from datetime import timedelta
from typing import Any

import pytest

from notification_service.access.models import ApiKey
from notification_service.audit.models import Entry
from notification_service.mailings.models import DueMessage, Message, SingleMessage
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.factories import make_attempt, make_client, make_gateway, make_message, make_single, now

pytestmark = pytest.mark.django_db

URL = "/api/v1/messages/"
CODE = {"phone": "+79161234567", "text": "Your code: 4711"}


def errors_of(response: Any) -> dict[str, str]:
    assert response.status_code == 400
    return {error["pointer"]: error["code"] for error in response.json()["errors"]}


def test_a_message_to_a_phone_is_taken(api: Api) -> None:
    response = api.post(URL, {**CODE, "reference": "login-1"})
    message = Message.objects.get()
    assert response.status_code == 202
    assert response.headers["Location"].endswith(f"/api/v1/messages/{message.pk}/")
    shown = response.json()
    assert (shown["mailing"], shown["client"], shown["status"], shown["attempts"]) == (
        None,
        None,
        "pending",
        0,
    )
    assert shown["reference"] == "login-1"
    assert (message.single.phone, message.single.text) == ("79161234567", "Your code: 4711")
    assert DueMessage.objects.get().mailing_id == 0
    assert timedelta(hours=23) < message.single.end_at - now() <= timedelta(days=1)


@pytest.mark.parametrize("by", ["phone", "client"])
def test_a_message_to_a_client_is_the_clients(api: Api, by: str) -> None:
    client = make_client(phone="79161234567")
    whom = {"phone": client.phone} if by == "phone" else {"client": client.pk}
    assert api.post(URL, {"text": "x", **whom}).json()["client"] == client.pk
    assert SingleMessage.objects.get().phone == ""


def test_it_goes_through_the_gateway_that_it_names(api: Api) -> None:
    gateway = make_gateway()
    api.post(URL, {**CODE, "gateway": gateway.name})
    assert (SingleMessage.objects.get().gateway, DueMessage.objects.get().mailing_id) == (
        gateway,
        -gateway.pk,
    )


def test_it_waits_for_its_window_in_its_clients_zone(api: Api) -> None:
    client = make_client(timezone="UTC")
    opens = (now() + timedelta(hours=2)).replace(minute=0, second=0, microsecond=0)
    window = {"from": f"{opens:%H:%M}", "to": f"{opens + timedelta(hours=1):%H:%M}"}
    api.post(URL, {"client": client.pk, "text": "x", "send_window": window})
    assert DueMessage.objects.get().at == opens


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"phone": "12"}, {"#/phone": "pattern"}),
        ({"phone": None}, {"#/phone": "null"}),
        ({"client": 1}, {"#/client": "invalid"}),
        ({"text": ""}, {"#/text": "blank"}),
        ({"text": "{{"}, {"#/text": "invalid"}),
        ({"text": "Dear {{name}}"}, {"#/text": "no_value"}),
        ({"end_at": "2020-01-01T00:00:00Z"}, {"#/end_at": "past"}),
        ({"end_at": "2030-01-01T00:00:00"}, {"#/end_at": "moment"}),
        ({"gateway": "none"}, {"#/gateway": "unknown"}),
        ({"send_window": {"from": "09:00", "to": "21:00"}}, {"#/send_window": "no_time_zone"}),
        ({"colour": "red"}, {"#/colour": "unknown_field"}),
        ({"mailing": 1}, {"#/mailing": "unknown_field"}),
    ],
    ids=str,
)
def test_a_bad_message_is_refused_with_a_pointer(
    api: Api, change: dict[str, Any], wrong: dict[str, str]
) -> None:
    assert errors_of(api.post(URL, CODE | change)) == wrong
    assert not Message.objects.exists()


def test_somebody_is_to_get_it_and_is_there(api: Api) -> None:
    assert errors_of(api.post(URL, {"text": "x"})) == {"#/phone": "required"}
    assert errors_of(api.post(URL, {"text": "x", "client": 7})) == {"#/client": "unknown"}


def test_hours_that_do_not_open_before_the_end_are_refused(api: Api) -> None:
    client, soon = make_client(timezone="UTC"), now() + timedelta(hours=2)
    window = {"from": f"{soon:%H:%M}", "to": f"{soon + timedelta(hours=1):%H:%M}"}
    body = {"client": client.pk, "text": "x", "end_at": (now() + timedelta(hours=1)).isoformat()}
    assert errors_of(api.post(URL, {**body, "send_window": window})) == {"#/send_window": "never_open"}


def test_the_good_ones_of_a_list_are_taken_in_their_order(api: Api) -> None:
    client = make_client()
    sent = [
        CODE,
        {"phone": "1", "text": "x"},
        {"client": client.pk, "text": "y"},
        {"client": 9, "text": "z"},
        4,
    ]
    response = api.post(URL, {"messages": sent})
    assert (response.status_code, response.json()["accepted"], response.json()["refused"]) == (202, 2, 3)
    first, second, third, fourth, fifth = response.json()["results"]
    assert [first["message"]["id"], third["message"]["id"]] == list(
        Message.objects.order_by("pk").values_list("pk", flat=True)
    )
    assert (first["errors"], third["message"]["client"]) == ([], client.pk)
    wrong = [
        (each["message"], [error["pointer"] for error in each["errors"]]) for each in (second, fourth, fifth)
    ]
    assert wrong == [(None, [f"#/messages/{place}"]) for place in ("1/phone", "3/client", "4")]


def test_a_list_has_1_to_1000_messages(api: Api) -> None:
    assert errors_of(api.post(URL, {"messages": []})) == {"#/messages": "min_length"}
    assert errors_of(api.post(URL, {"messages": [CODE] * 1001})) == {"#/messages": "max_length"}
    assert errors_of(api.post(URL, {"messages": {}})) == {"#/messages": "not_a_list"}
    assert api.post(URL, {"messages": [CODE] * 1000}).json()["accepted"] == 1000
    assert Message.objects.count() == 1000


@pytest.mark.parametrize("body", [CODE, {"messages": [CODE, {"text": "x"}]}], ids=["one", "list"])
def test_a_repeated_request_sends_nothing_anew(api: Api, body: Any) -> None:
    first, second = (api.post(URL, body, **{"Idempotency-Key": "k"}) for _ in range(2))
    assert (first.status_code, second.status_code, first.json()) == (202, 202, second.json())
    assert second.headers["Idempotency-Replayed"] == "true"
    assert Message.objects.count() == 1
    other = api.post(URL, {**CODE, "text": "Another"}, **{"Idempotency-Key": "k"})
    assert other.status_code == 422


def test_only_administrators_ignore_opt_outs_which_is_audited(api: Api) -> None:
    forced = {**CODE, "ignores_opt_outs": True}
    assert api.post(URL, forced).status_code == 403
    assert api.post(URL, {"messages": [CODE, forced]}).status_code == 403
    admin = Api(ApiKey.issue(name="admin", scope="admin")[1])
    pk = admin.post(URL, forced).json()["id"]
    entry = Entry.objects.get(action="message.opt_out_ignored")
    assert (entry.object_kind, entry.object_id, entry.actor_name) == ("message", pk, "admin")


def test_a_read_key_sends_nothing(reader: Api) -> None:
    assert reader.post(URL, CODE).status_code == 403


def test_it_is_shown_with_its_terms_and_its_attempts(reader: Api) -> None:
    message = make_single(phone="79161234567", topic="login", reference="r")
    make_attempt(message, response="no")
    shown = body_of(reader.get(f"{URL}{message.pk}/"))
    assert shown["single"] == {
        "phone": "79161234567",
        "text": "Your code: 4711",
        "end_at": message.single.end_at.isoformat().replace("+00:00", "Z"),
        "send_window": None,
        "gateway": None,
        "topic": "login",
        "ignores_opt_outs": False,
        "reference": "r",
    }
    assert (shown["mailing"], len(shown["failed_attempts"])) == (None, 1)


def test_single_messages_are_listed_apart_and_by_their_reference(reader: Api) -> None:
    mailed, single, other = make_message(), make_single(reference="a"), make_single(reference="b")

    def found(**query: str) -> list[int]:
        return [row["id"] for row in body_of(reader.get(URL, **query))["results"]]

    assert found() == [other.pk, single.pk, mailed.pk]
    assert (found(single="true"), found(single="false")) == ([other.pk, single.pk], [mailed.pk])
    assert found(reference="a") == [single.pk]
    assert found(single="true", created_from="2020-01-01T00:00:00Z") == [other.pk, single.pk]
    assert found(single="true", status="pending") == [other.pk, single.pk]


def test_fullinfo_counts_them_apart_and_among_all(reader: Api) -> None:
    make_message()
    make_single(status="sent")
    make_single()
    shown = body_of(reader.get("/api/v1/mailings/fullinfo/"))
    assert (shown["messages"]["total"], shown["messages"]["pending"]) == (3, 2)
    assert {key: count for key, count in shown["single"].items() if count} == {
        "total": 2,
        "pending": 1,
        "sent": 1,
    }


def test_the_proof_names_the_phone_and_the_text(reader: Api) -> None:
    message = make_single(phone="79161234567", status="sent", sent_at=now())
    proof = body_of(reader.get(f"{URL}{message.pk}/proof/"))
    assert (proof["mailing"], proof["phone"], proof["text"]) == (None, "79161234567", "Your code: 4711")
