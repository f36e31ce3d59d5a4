"""What providers tell us: receipts and replies, with the key of their gateway."""

import json
import logging
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client as HttpClient
from structlog.stdlib import ProcessorFormatter

from notification_service.access.models import ApiKey
from notification_service.audit.models import Entry
from notification_service.directory.models import OptOut
from notification_service.mailings.gateways import replace_receipt_key
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.models import Gateway, InboundMessage, Message
from tests.api.answers import body_of, errors_of
from tests.api.conftest import Api
from tests.factories import make_client, make_gateway, make_message, make_running_mailing
from tests.mailings.gateways.http.configs import changed

pytestmark = pytest.mark.django_db

RECEIPTS, INBOUND = "/api/v1/gateways/main/receipts/", "/api/v1/gateways/main/inbound/"
REPLY = {"phone": "+79161234567", "text": "Стоп!", "at": "2030-01-31T09:00:00+03:00"}
BOTH = pytest.mark.parametrize("address", [RECEIPTS, INBOUND])


@pytest.fixture
def main() -> Gateway:
    return Gateway.objects.get(name="main")


@pytest.fixture
def provider(main: Gateway) -> Api:
    return Api(replace_receipt_key(main.pk))


@pytest.fixture
def admin(db: None) -> Api:
    return Api(ApiKey.issue(name="admin", scope="admin")[1])


def sent(gateway: Gateway) -> Message:
    return make_message(status="sent", attempts=1, gateway_id=gateway.pk)


def test_a_provider_tells_of_one_message_and_of_many(provider: Api, main: Gateway, reader: Api) -> None:
    first, second = sent(main), sent(main)
    one = provider.post(RECEIPTS, {"id": first.pk, "status": "delivered", "at": "2026-01-31T09:00:00Z"})
    assert (one.status_code, body_of(one)) == (202, {"receipts": 1, "unknown": 0})
    told = [
        {"id": second.pk, "status": "undelivered", "reason": "no such phone"},
        {"id": 10**12, "status": "delivered"},
    ]
    several = provider.post("/api/gateways/main/receipts/", told)
    assert (several.status_code, body_of(several)) == (202, {"receipts": 2, "unknown": 1})
    shown = [body_of(reader.get(f"/api/messages/{each.pk}/")) for each in (first, second)]
    keys = ("delivery", "delivered_at", "delivery_reason", "provider_id")
    assert [[each[key] for key in keys] for each in shown] == [
        ["delivered", "2026-01-31T09:00:00Z", None, None],
        ["undelivered", None, "no such phone", None],
    ]


def test_mailings_and_both_infos_count_deliveries(provider: Api, main: Gateway, reader: Api) -> None:
    mailing = make_running_mailing()
    messages = [make_message(mailing, status="sent", attempts=1, gateway_id=main.pk) for _ in range(4)]
    provider.post(RECEIPTS, [{"id": each.pk, "status": "delivered"} for each in messages[:2]])
    provider.post(RECEIPTS, [{"id": messages[2].pk, "status": "undelivered"}])
    expected = {"delivered": 2, "undelivered": 1, "awaited": 1}
    info = body_of(reader.get(f"/api/mailings/{mailing.pk}/info/"))
    full = body_of(reader.get("/api/mailings/fullinfo/"))
    plain = body_of(reader.get(f"/api/mailings/{mailing.pk}/"))
    assert [each["deliveries"] for each in (info, full, full["results"][0], plain)] == [expected] * 4
    assert {(each["delivered"], each["undelivered"]) for each in info["timeline"]} == {(2, 1)}


@BOTH
def test_the_key_may_end_the_address(main: Gateway, address: str) -> None:
    key, message = replace_receipt_key(main.pk), sent(main)
    body = REPLY if "inbound" in address else {"id": message.pk, "status": "delivered"}
    assert Api(None).post(f"{address}{key}/", body).status_code == 202
    assert Api(None).post(f"{address}{key}x/", body).status_code == 401


@BOTH
def test_only_the_gateways_own_key_opens(main: Gateway, write_key: str, address: str) -> None:
    own, other = replace_receipt_key(main.pk), replace_receipt_key(make_gateway().pk)
    keys = [None, other, write_key, "", own[:-1], "\udcff"[:0] or "é"]
    answers = [Api(key).post(address, []) for key in keys]
    answers += [Api(own).post(address.replace("main", name), []) for name in ("nobody", "1")]
    answers.append(HttpClient(headers={"Authorization": f"Basic {own}"}).post(address))
    assert {answer.status_code for answer in answers} == {401}
    assert {answer["WWW-Authenticate"] for answer in answers} == {'Bearer realm="receipts of a gateway"'}
    assert Message.objects.count() == InboundMessage.objects.count() == 0


def test_a_receipt_key_opens_nothing_else(provider: Api) -> None:
    assert [
        provider.get(path).status_code for path in ("/api/messages/", "/api/inbound/", "/api/gateways/")
    ] == [401] * 3
    assert provider.get(RECEIPTS).status_code == 405


def test_one_wrong_receipt_refuses_all_and_says_where(provider: Api, main: Gateway) -> None:
    message = sent(main)
    good = {"id": message.pk, "status": "delivered"}
    answer = provider.post(RECEIPTS, [good, {**good, "id": 2**63}, {**good, "status": "maybe"}])
    assert answer.status_code == 400
    assert list(errors_of(answer)) == ["#/1/id", "#/2/status"]
    message.refresh_from_db()
    assert message.delivery is None


@pytest.mark.parametrize(
    ("body", "status", "pointers"),
    [
        ([{"id": 1, "status": "delivered"}] * 1001, 400, ["#"]),
        ([[]], 400, ["#/0"]),
        ("delivered", 400, ["#"]),
        (None, 400, ["#"]),
        (b"{", 400, []),
        (b"x" * 10_000_000, 413, []),
    ],
)
def test_a_wrong_body_is_refused(provider: Api, body: Any, status: int, pointers: list[str]) -> None:
    sent_body = b"null" if body is None else body
    answer = provider.post(RECEIPTS, sent_body)
    assert (answer.status_code, list(errors_of(answer))) == (status, pointers)
    assert provider.post(RECEIPTS, b"<a/>", content_type="text/xml").status_code == 415


def test_a_thousand_receipts_take_no_more_queries_than_one(
    provider: Api, main: Gateway, django_assert_max_num_queries: Any
) -> None:
    messages = [sent(main) for _ in range(30)]
    with django_assert_max_num_queries(6):
        provider.post(RECEIPTS, [{"id": each.pk, "status": "delivered"} for each in messages])
    assert Message.objects.filter(delivery="delivered").count() == 30


def test_a_gateway_by_settings_tells_in_its_own_form() -> None:
    receipts = {"id": "/ref", "delivered": {"/state": ["DELIVRD"]}, "undelivered": {"/state": ["UNDELIV"]}}
    gateway = make_gateway(kind="http", config=changed(receipts=receipts), url="")
    provider, message = Api(replace_receipt_key(gateway.pk)), sent(gateway)
    address = f"/api/v1/gateways/{gateway.name}/receipts/"
    form = urlencode({"ref": message.pk, "state": "DELIVRD", "more": "x"}).encode()
    assert provider.post(address, form, content_type="application/x-www-form-urlencoded").status_code == 202
    assert [each.delivery for each in Message.objects.all()] == ["delivered"]
    answer = provider.post(address, {"state": "DELIVRD"})
    assert list(errors_of(answer)) == ["#"]


def test_a_form_of_a_provider_without_json(main: Gateway) -> None:
    gateway = make_gateway(kind="http", config=providers()["twilio"].config, url="")
    provider = Api(replace_receipt_key(gateway.pk))
    answer = provider.post(
        f"/api/v1/gateways/{gateway.name}/receipts/",
        b"MessageSid=SM1&MessageStatus=delivered",
        content_type="application/x-www-form-urlencoded",
    )
    assert (answer.status_code, body_of(answer)) == (202, {"receipts": 1, "unknown": 0})


def test_the_key_is_shown_and_replaced(admin: Api, api: Api, main: Gateway) -> None:
    address = f"/api/v1/gateways/{main.pk}/receipt-key/"
    addresses = {
        f"{what}_url": f"http://testserver/api/v1/gateways/main/{what}/" for what in ("receipts", "inbound")
    }
    assert body_of(admin.get(address)) == {"key": None, **addresses}
    first, second = (body_of(admin.post(address))["key"] for _ in range(2))
    assert body_of(admin.get(address)) == {"key": second, **addresses}
    assert [Api(key).post(RECEIPTS, []).status_code for key in (first, second)] == [401, 202]
    assert [api.get(address).status_code, api.post(address).status_code] == [403, 403]
    entries = Entry.objects.filter(action="gateway.receipt_key_replaced")
    assert [each.object_name for each in entries] == ["main", "main"]
    assert second not in json.dumps(list(entries.values("changes", "facts")))


def test_the_key_is_in_no_other_answer_and_in_no_log(
    main: Gateway, reader: Api, caplog: pytest.LogCaptureFixture
) -> None:
    key = replace_receipt_key(main.pk)
    Api(None).post(f"{RECEIPTS}{key}/", [])
    Api(None).post(f"{RECEIPTS}{key}/", b"{")
    shown = reader.get("/api/gateways/").content.decode()
    handlers = logging.getLogger().handlers
    ours = next(each for each in handlers if isinstance(each.formatter, ProcessorFormatter))
    written = "\n".join(ours.format(each) for each in caplog.records)
    assert (
        written.count("/api/v1/gateways/main/receipts/nsr_*****/") == 3
    )  # Django writes of the second one, too
    assert key not in shown + written


def test_a_reply_is_kept_once_and_listed(provider: Api, reader: Api) -> None:
    reply = REPLY | {"text": "Спасибо"}
    answers = [provider.post(INBOUND, reply) for _ in range(2)]
    [row] = body_of(reader.get("/api/inbound/"))["results"]
    assert [body_of(each) for each in answers] == [{"id": row["id"], "is_stop": False}] * 2
    assert row == {
        "id": row["id"],
        "gateway": "main",
        "phone": "79161234567",
        "text": "Спасибо",
        "at": "2030-01-31T06:00:00Z",
        "received_at": row["received_at"],
        "is_stop": False,
    }
    assert body_of(reader.get(f"/api/inbound/{row['id']}/")) == row
    assert OptOut.objects.count() == 0


def test_a_stop_word_opts_out_with_the_reply_as_evidence(provider: Api, api: Api) -> None:
    waiting = make_message(client=make_client(phone="79161234567"))
    assert body_of(provider.post(INBOUND, REPLY))["is_stop"] is True
    [said] = body_of(api.get("/api/opt-outs/"))["results"]
    assert (said["phone"], said["topic"], said["reason"]) == ("79161234567", "", "Стоп!")
    assert said["source"] == "Reply to main, 2030-01-31 06:00:00 UTC"
    waiting.refresh_from_db()
    assert (waiting.status, waiting.reason) == ("cancelled", "opted_out")
    [entry] = Entry.objects.filter(action="opt_out.created")
    assert (entry.actor_kind, entry.actor_name) == ("gateway", "main")


def test_the_same_reply_does_not_opt_out_again(provider: Api, api: Api) -> None:
    provider.post(INBOUND, REPLY)
    api.delete(f"/api/opt-outs/{OptOut.objects.get().pk}/")
    provider.post(INBOUND, REPLY)
    assert OptOut.objects.in_force().count() == 0
    provider.post(INBOUND, REPLY | {"at": "2030-02-01T09:00:00+03:00"})
    assert OptOut.objects.in_force().count() == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"phone": "123"}, "#/phone"),
        ({"phone": 79161234567}, "#/phone"),
        ({"text": "x" * 2001}, "#/text"),
        ({"text": None}, "#/text"),
        ({"at": "yesterday"}, "#/at"),
        ({"more": 1}, "#/more"),
    ],
)
def test_a_wrong_reply_is_refused(provider: Api, change: dict[str, Any], pointer: str) -> None:
    answer = provider.post(INBOUND, REPLY | change)
    assert (answer.status_code, list(errors_of(answer))) == (400, [pointer])
    assert InboundMessage.objects.count() == 0


def test_replies_are_found_by_their_filters(provider: Api, reader: Api) -> None:
    provider.post(INBOUND, REPLY)
    provider.post(INBOUND, REPLY | {"phone": "79161234568", "text": "Да"})

    def texts(**query: str) -> list[str]:
        return [each["text"] for each in body_of(reader.get("/api/inbound/", **query))["results"]]

    assert texts() == ["Да", "Стоп!"]
    assert texts(is_stop="true") == texts(phone="79161234567") == ["Стоп!"]
    assert texts(is_stop="false", gateway="main", received_from="2020-01-01T00:00:00Z") == ["Да"]
    assert texts(gateway="other") == texts(received_before="2020-01-01T00:00:00Z") == []
