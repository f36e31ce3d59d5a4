"""Replies, receipts and the receipt key, as the console shows them."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from notification_service.mailings.gateways import receipt_key, replace_receipt_key
from notification_service.mailings.models import Gateway, InboundMessage, Message
from notification_service.mailings.receipts import Receipt, record_receipts
from notification_service.mailings.replies import keep_reply
from tests.factories import make_client, make_gateway, make_message, make_messages, make_running_mailing, now

PHONE = "79161234567"


def reply(text: str = "Спасибо", phone: str = PHONE) -> InboundMessage:
    return keep_reply(make_gateway(), phone=phone, text=text, at=now()).reply


def test_replies_are_listed_with_whoever_has_the_phone(operator: Browser) -> None:
    client = make_client(phone=PHONE)
    reply()
    reply("СТОП", phone="79161234568")
    page = operator.get(reverse("console:replies")).content.decode()
    assert all(words in page for words in ("Спасибо", "СТОП", "opted out", f"/clients/{client.pk}/"))


@pytest.mark.parametrize(
    ("query", "shown"), [({"kind": "stop"}, "СТОП"), ({"phone": "8 916 123-45-67"}, "Спасибо")]
)
def test_replies_are_found_by_kind_and_phone(operator: Browser, query: dict[str, str], shown: str) -> None:
    reply()
    reply("СТОП", phone="79161234568")
    rows = operator.get(reverse("console:replies"), query).context["rows"]
    assert [text for _, text, _ in rows] == [shown]


def test_a_viewer_sees_no_phone_of_a_reply(logged_in: Callable[[str], Browser]) -> None:
    reply("my number is +7 916 123-45-67")
    page = logged_in("viewer").get(reverse("console:replies")).content.decode()
    assert "123" not in page.partition("<main")[2]
    assert "***" in page


def test_a_mailing_shows_deliveries_once_there_are_receipts(operator: Browser) -> None:
    mailing, main = make_running_mailing(), Gateway.objects.get(name="main")
    messages = make_messages(mailing, 3, status="sent", attempts=1, gateway_id=main.pk, sent_at=now())
    path = reverse("console:mailing", args=[mailing.pk])
    assert 'id="deliveries"' not in operator.get(path).content.decode()
    record_receipts(
        main.pk,
        [Receipt("delivered", message_id=messages[0].pk), Receipt("undelivered", message_id=messages[1].pk)],
    )
    page = operator.get(path).content.decode()
    assert 'aria-label="delivered 1, not delivered 1, no receipt yet 1"' in page
    assert "Delivered over time" in page


def test_a_message_shows_its_receipt(operator: Browser) -> None:
    message = make_message(status="sent", sent_at=now(), provider_id="SM1", attempts=1)
    path = reverse("console:message", args=[message.pk])
    changes: list[tuple[dict[str, Any], str]] = [
        ({"delivery": "undelivered", "delivery_reason": "absent"}, "Not delivered, says the provider"),
        ({"delivery": "delivered", "delivered_at": now()}, "Delivered: it reached the phone"),
    ]
    for change, words in changes:
        Message.objects.filter(pk=message.pk).update(**change)
        page = operator.get(path).content.decode()
        assert all(each in page for each in (words, "absent", "SM1"))


def test_an_administrator_sees_and_replaces_the_key(logged_in: Callable[[str], Browser]) -> None:
    gateway, browser = make_gateway(), logged_in("administrator")
    path = reverse("console:gateway", args=[gateway.pk])
    assert "Make a key" in browser.get(path).content.decode()
    key = replace_receipt_key(gateway.pk)
    page = browser.get(path).content.decode()
    assert f"Bearer {key}" in page
    assert f"http://testserver/api/v1/gateways/{gateway.name}/receipts/{key}/" in page
    answer = browser.post(reverse("console:gateway-receipt-key", args=[gateway.pk]))
    assert answer["Location"] == f"{path}#receipts"
    gateway.refresh_from_db()
    assert receipt_key(gateway) not in (None, key)


def test_a_key_that_was_kept_under_another_secret_works_and_is_not_shown(
    logged_in: Callable[[str], Browser], settings: Any
) -> None:
    gateway, browser = make_gateway(), logged_in("administrator")
    replace_receipt_key(gateway.pk)
    settings.SECRET_KEY_FALLBACKS = []
    Gateway.objects.filter(pk=gateway.pk).update(receipt_key_encrypted=b"of another key")
    page = browser.get(reverse("console:gateway", args=[gateway.pk])).content.decode()
    assert "kept under another SECRET_KEY" in page
    assert "Replace the key" in page
