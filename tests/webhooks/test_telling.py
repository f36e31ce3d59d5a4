"""A webhook is told in order, at least once, signed; one that fails keeps nobody else waiting."""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.db.models.functions import Now
from prometheus_client import REGISTRY
from standardwebhooks import WebhookVerificationError

from notification_service.audit.models import Entry
from notification_service.delivery.config import DeliveryConfig
from notification_service.mailings.lifecycle import pause_mailing
from notification_service.mailings.models import Gateway, Message
from notification_service.mailings.receipts import Receipt, record_receipts
from notification_service.webhooks import changes
from notification_service.webhooks.models import Webhook, WebhookDelivery
from notification_service.webhooks.signing import new_secret
from notification_service.webhooks.teller import tell_webhooks as tell_for
from tests.factories import (
    make_client,
    make_message,
    make_messages,
    make_running_mailing,
    make_single,
    now,
    opt_out,
)
from tests.webhooks.receiver import Received, Receiver, ok, receiver, status

EVERYTHING = ["mailing.paused", "mailing.resumed", "messages.final", "client.opted_out"]


def config(**knobs: Any) -> DeliveryConfig:
    quick = {"retry_base_seconds": 0.01, "retry_cap_seconds": 0.01, "request_timeout_seconds": 0.5}
    return DeliveryConfig(**quick | knobs)


def tell_webhooks(config: DeliveryConfig, **options: Any) -> None:
    tell_for(config, **{"linger_seconds": 0.05} | options)


def tell_until(system: Receiver, is_there: Callable[[list[Received]], bool]) -> None:
    """As a worker does, which does not end while something waits."""
    stop = threading.Event()
    options = {"should_stop": stop.is_set, "linger_seconds": 60.0}
    thread = threading.Thread(target=tell_for, args=(config(),), kwargs=options)
    thread.start()
    system.wait_for(is_there)
    stop.set()
    thread.join()


def add(url: str, events: list[str] = EVERYTHING) -> tuple[Webhook, str]:
    return changes.create_webhook(url=url, events=events)


def happen(count: int = 1, *, mailing: Any = None) -> Any:
    """So many messages of a mailing end, each in a statement of its own."""
    mailing = mailing or make_running_mailing(reference="crm-7")
    for message in make_messages(mailing, count):
        rows = Message.objects.filter(pk=message.pk)
        rows.update(status="sent", next_attempt_at=None, sent_at=Now())
    return mailing


def deliveries(**fields: Any) -> list[WebhookDelivery]:
    return list(WebhookDelivery.objects.filter(**fields).order_by("id"))


def test_an_event_is_signed_as_the_standards_own_library_expects(system: Receiver) -> None:
    _, secret = add(f"{system.url}/hook?team=7")
    happen()
    tell_webhooks(config())
    [received] = system.received
    assert received.verified_by(secret) == received.event
    assert (received.path, received.headers["content-type"]) == ("/hook?team=7", "application/json")
    with pytest.raises(WebhookVerificationError):
        received.verified_by(new_secret())


def test_while_a_secret_is_replaced_both_verify_and_then_the_new_one_alone(system: Receiver) -> None:
    webhook, old = add(system.url)
    _, new = changes.rotate_secret(webhook.pk)
    happen()
    tell_webhooks(config())
    assert all(system.received[0].verified_by(secret) for secret in (old, new))
    Webhook.objects.update(old_secret_until=Now())
    happen()
    tell_webhooks(config())
    assert system.received[1].verified_by(new)
    with pytest.raises(WebhookVerificationError):
        system.received[1].verified_by(old)


def test_final_messages_are_told_with_whom_they_went_to_and_why_not(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    client = make_client(external_id="c-1")
    mailing = make_running_mailing(reference="crm-7")
    [message] = make_messages(mailing, 1, client=client)
    rows = Message.objects.filter(pk=message.pk)
    rows.update(status="failed", next_attempt_at=None, reason="http_status", reason_number=400)
    tell_webhooks(config())
    [event] = system.events
    assert (event["type"], event["data"]) == (
        "messages.final",
        {
            "mailing": mailing.pk,
            "reference": "crm-7",
            "messages": [
                {
                    "id": message.pk,
                    "client": client.pk,
                    "external_id": "c-1",
                    "reference": None,
                    "status": "failed",
                    "sent_at": None,
                    "code": "http_status",
                }
            ],
        },
    )


def test_what_ended_of_single_messages_is_told_with_their_own_references(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    single = make_single(phone="79161234567", reference="login-1")
    Message.objects.filter(pk=single.pk).update(status="sent", next_attempt_at=None, sent_at=Now())
    tell_webhooks(config())
    [event] = system.events
    assert (event["data"]["mailing"], event["data"]["reference"]) == (None, "")
    [told] = event["data"]["messages"]
    assert (told["id"], told["client"], told["reference"]) == (single.pk, None, "login-1")


@pytest.mark.parametrize("is_single", [False, True])
def test_receipts_are_told_once_each_however_often_they_come(system: Receiver, *, is_single: bool) -> None:
    add(system.url, ["messages.delivery"])
    message = make_single(phone="79161234567") if is_single else make_message(status="sent", attempts=1)
    main = Gateway.objects.get(name="main")
    Message.objects.filter(pk=message.pk).update(attempts=1, gateway_id=main.pk)
    at = now()
    for said in (("undelivered", "absent"), ("delivered", ""), ("delivered", ""), ("undelivered", "late")):
        record_receipts(main.pk, [Receipt(said[0], message_id=message.pk, at=at, reason=said[1])])
    tell_webhooks(config())
    told = [event["data"] for event in system.events]
    assert [each["mailing"] for each in told] == [message.mailing_id] * 2
    assert [each["messages"][0]["delivery"] for each in told] == ["undelivered", "delivered"]
    assert [each["messages"][0]["id"] for each in told] == [message.pk] * 2


def test_a_step_of_a_mailing_is_told_with_its_counts_and_the_ids_of_other_systems(system: Receiver) -> None:
    add(system.url, ["mailing.paused"])
    mailing = make_running_mailing(name="Весна", reference="crm-7")
    make_messages(mailing, 2)
    pause_mailing(mailing.pk)
    tell_webhooks(config())
    [event] = system.events
    assert (event["type"], event["data"]["mailing"], event["data"]["name"]) == (
        *("mailing.paused", mailing.pk),
        "Весна",
    )
    assert (event["data"]["status"], event["data"]["messages"]["pending"]) == ("paused", 2)


def test_a_message_that_is_removed_meanwhile_is_told_still(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    mailing = happen()
    [message] = Message.objects.all()
    Message.objects.all().delete()
    mailing.delete()
    tell_webhooks(config())
    [told] = system.events[0]["data"]["messages"]
    assert (told["id"], told["status"], told["client"]) == (message.pk, "sent", None)


def test_an_opt_out_is_told_with_its_phone_and_client(system: Receiver) -> None:
    add(system.url)
    client = make_client()
    said = opt_out(client.phone, "sales")
    tell_webhooks(config())
    expected = {
        "id": said.pk,
        "client": client.pk,
        "external_id": None,
        "phone": client.phone,
        "topic": "sales",
    }
    assert system.events[0]["data"] == {"opt_outs": [expected]}


def test_an_answer_that_quotes_a_phone_is_kept_without_it(system: Receiver) -> None:
    add(system.url, ["client.opted_out"])
    system.answer = lambda request: (200, {}, request.body.decode())
    opt_out("79161234567")
    tell_webhooks(config())
    assert '"phone" : "7916*****67"' in deliveries()[0].response


def test_the_events_of_a_mailing_come_in_order_on_one_connection(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    happen(25)
    tell_webhooks(config())
    ids = [message["id"] for event in system.events for message in event["data"]["messages"]]
    assert ids == sorted(Message.objects.values_list("pk", flat=True))
    assert system.connections == 1


def test_what_fails_is_sent_again_under_its_id_and_those_behind_it_wait(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    seen: list[str] = []

    def third_time(request: Received) -> Any:
        seen.append(request.id)
        return status(500)(request) if len(seen) < 3 else ok(request)

    system.answer = third_time
    happen(2)
    tell_until(system, lambda received: len(received) == 4)
    first, second = [f"evt_{row.pk}" for row in deliveries(status="delivered")]
    assert seen == [first, first, first, second]
    webhook = Webhook.objects.get()
    assert (webhook.failing_since, webhook.failures, webhook.retry_at) == (None, 0, None)
    name, labels = "notifications_webhook_attempts_total", {"webhook": str(webhook.pk)}
    counted = [
        REGISTRY.get_sample_value(name, labels | {"outcome": outcome}) for outcome in ("failed", "delivered")
    ]
    assert counted == [2, 2]


def test_one_that_is_refused_again_and_again_lets_the_others_pass(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    poison: list[str] = []

    def not_this(request: Received) -> Any:
        poison.append(poison[0] if poison else request.id)
        return status(400)(request) if request.id == poison[0] else ok(request)

    system.answer = not_this
    happen(3)
    tell_until(system, lambda received: len({each.id for each in received}) == 3)
    assert [row.attempts >= 5 for row in deliveries()] == [True, False, False]
    assert [row.status for row in deliveries()] == ["waiting", "delivered", "delivered"]


def test_an_event_that_is_always_refused_does_not_keep_waiting_what_happens_meanwhile(
    system: Receiver,
) -> None:
    """By its twelfth attempt it waits for minutes itself."""
    add(system.url, ["messages.final"])
    happen()
    [refused] = deliveries()
    WebhookDelivery.objects.update(attempts=12)
    system.answer = lambda request: (status(400) if request.id == refused.header_id else ok)(request)
    patient = config(retry_cap_seconds=600.0, retry_base_seconds=0.1)
    tell_webhooks(patient)
    webhook = Webhook.objects.get()
    assert webhook.retry_at
    assert webhook.failing_since
    assert webhook.retry_at - webhook.failing_since <= timedelta(seconds=0.1)
    happen()
    tell_until(system, lambda received: len(received) == 2)
    assert [row.status for row in deliveries()] == ["waiting", "delivered"]


def test_a_webhook_at_which_one_event_after_another_fails_is_left_alone_for_longer_and_longer(
    system: Receiver,
) -> None:
    add(system.url, ["messages.final"])
    system.answer = status(500)
    for _ in range(4):
        happen()
        Webhook.objects.update(retry_at=Now())
        WebhookDelivery.objects.exclude(attempts=0).update(next_attempt_at=Now() + timedelta(hours=1))
        tell_webhooks(config(retry_cap_seconds=600.0, retry_base_seconds=100.0))
    assert (Webhook.objects.get().failures, [row.attempts for row in deliveries()]) == (4, [1, 1, 1, 1])


@pytest.mark.parametrize(("code", "outcome"), [(200, "delivered"), (500, "failed")])
def test_a_status_counts_even_if_the_rest_of_the_answer_does_not_come(
    system: Receiver, code: int, outcome: str
) -> None:
    webhook, _ = add(system.url)
    system.answer = status(code, Content_Length="100")
    changes.test_webhook(webhook.pk)
    tell_webhooks(config())
    assert [(row.status, row.http_status) for row in deliveries()] == [(outcome, code)]


def test_a_webhook_that_hangs_delays_no_other(system: Receiver) -> None:
    release = threading.Event()
    with receiver() as deaf:
        deaf.answer = lambda request: (release.wait(30), ok(request))[1]
        add(deaf.url, ["messages.final"])
        add(system.url, ["messages.final"])
        happen(3)
        stop = threading.Event()
        slow = config(request_timeout_seconds=20.0)
        thread = threading.Thread(target=tell_webhooks, args=(slow,), kwargs={"should_stop": stop.is_set})
        thread.start()
        system.wait_for(lambda received: len(received) == 3)
        assert deaf.received == []
        release.set()
        stop.set()
        thread.join()


@pytest.mark.parametrize(("code", "headers"), [(302, {"Location": "/elsewhere"}), (500, {}), (204, None)])
def test_a_redirect_is_not_followed_and_anything_but_a_2xx_has_failed(
    system: Receiver, code: int, headers: Any
) -> None:
    webhook, _ = add(system.url)
    system.answer = ok if headers is None else status(code, **headers)
    changes.test_webhook(webhook.pk)
    tell_webhooks(config())
    [row] = deliveries()
    expected = ("delivered", "") if headers is None else ("failed", f"HTTP {code}")
    assert (row.status, str(row.why or ""), row.http_status) == (*expected, code)
    assert [each.path for each in system.received] == ["/"]


def test_a_secret_that_cannot_be_read_any_more_fails_with_a_reason(system: Receiver) -> None:
    webhook, _ = add(system.url)
    Webhook.objects.update(secret_encrypted=b"kept under another key")
    changes.test_webhook(webhook.pk)
    tell_webhooks(config())
    [row] = deliveries()
    assert (row.status, row.reason, system.received) == ("failed", "gateway_unusable", [])


def test_a_receiver_that_does_not_answer_in_time_has_failed(system: Receiver) -> None:
    webhook, _ = add(system.url)
    release = threading.Event()
    system.answer = lambda request: (release.wait(30), ok(request))[1]
    changes.test_webhook(webhook.pk)
    tell_webhooks(config(request_timeout_seconds=0.1))
    release.set()
    [row] = deliveries()
    assert (row.status, row.reason) == ("failed", "response_timeout")


def test_a_name_that_leads_to_a_private_address_by_now_is_not_connected_to(
    system: Receiver, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = "8.8.8.8"

    def resolve(host: str, port: int, **_: Any) -> Any:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES = False
    webhook, _ = add(system.url.replace("127.0.0.1", "hooks.example"))
    address = "127.0.0.1"
    changes.test_webhook(webhook.pk)
    tell_webhooks(config())
    [row] = deliveries()
    assert (row.status, row.reason, system.connections) == ("failed", "address_not_allowed", 0)


def test_a_webhook_that_fails_for_three_days_is_disabled_and_keeps_what_waits(system: Receiver) -> None:
    webhook, _ = add(system.url, ["messages.final"])
    system.answer = status(500)
    happen(2)
    tell_until(system, bool)
    WebhookDelivery.objects.update(
        tried_since=F("tried_since") - timedelta(days=3, seconds=1), next_attempt_at=Now()
    )
    Webhook.objects.update(failing_since=Now() - timedelta(days=3, seconds=1), retry_at=None)
    tell_webhooks(config())
    webhook.refresh_from_db()
    assert (webhook.enabled, webhook.disabled_by, Entry.objects.get(action="webhook.disabled").facts) == (
        False,
        "failing",
        {"reason": "failing"},
    )
    happen()
    assert [row.status for row in deliveries()] == ["failed", "waiting"]
    system.answer = ok
    changes.update_webhook(webhook.pk, enabled=True)
    tell_webhooks(config())
    assert [row.status for row in deliveries()] == ["failed", "delivered"]
    assert changes.redeliver(webhook.pk, since=webhook.created_at) == 1
    tell_webhooks(config())
    assert [row.status for row in deliveries()] == ["delivered", "delivered"]


def test_a_webhook_that_is_gone_is_disabled_at_once(system: Receiver) -> None:
    webhook, _ = add(system.url)
    system.answer = status(410)
    happen()
    tell_webhooks(config())
    webhook.refresh_from_db()
    assert (webhook.enabled, webhook.disabled_by) == (False, "gone")


def test_one_process_at_a_time_tells_a_webhook_and_another_takes_over_when_its_lease_ends(
    system: Receiver,
) -> None:
    webhook, _ = add(system.url)
    happen()
    Webhook.objects.update(claimed_by="another", claimed_until=Now() + timedelta(minutes=1))
    tell_webhooks(config())
    assert system.received == []
    Webhook.objects.update(claimed_until=Now() - timedelta(seconds=1))
    tell_webhooks(config())
    assert len(system.received) == 1
    webhook.refresh_from_db()
    assert (webhook.claimed_by, webhook.claimed_until) == ("", None)


def test_retry_after_is_kept_to(system: Receiver) -> None:
    add(system.url, ["messages.final"])
    system.answer = status(429, Retry_After="300")
    happen(2)
    tell_webhooks(config())
    webhook = Webhook.objects.get()
    assert webhook.retry_at
    assert webhook.failing_since
    assert timedelta(seconds=295) < webhook.retry_at - webhook.failing_since < timedelta(seconds=305)
    assert len(system.received) == 1
