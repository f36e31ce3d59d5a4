"""What the database refuses, whoever writes."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from notification_service.mailings.models import ContactHours, EarlyReceipt, Message, Template
from tests.factories import make_client, make_gateway, make_mailing, make_message, now

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "fields",
    [
        {"phone": "89161234567"},
        {"phone": "7916123456"},
        {"phone": "7916123456a"},
        {"phone": "7\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661\u0661"},
        {"phone": "79161234567\n"},
        {"phone": None},
        {"operator_code": "91"},
        {"operator_code": "abc"},
        {"timezone": "Mars/Olympus"},
        {"timezone": ""},
    ],
)
def test_the_database_refuses_an_invalid_client(fields: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        make_client(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": ""},
        {"text": "a" * 2001},
        {"end_at": now() - timedelta(days=1)},
        {"status": "unheard of"},
        {"on_unknown": "maybe"},
        {"window_from": "09:00"},
        {"window_to": "21:00"},
        {"window_from": "09:00", "window_to": "09:00"},
        {"window_days": ["xyz"]},
        {"window_holidays": "ru"},
        {"spread_minutes": 0},
        {"spread_minutes": 10_081},
    ],
)
def test_the_database_refuses_an_invalid_mailing(fields: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        make_mailing(**fields)


@pytest.mark.parametrize("minutes", [None, 1, 10_080])
def test_the_database_takes_a_spread_of_a_minute_up_to_a_week(minutes: int | None) -> None:
    assert make_mailing(spread_minutes=minutes).pk


@pytest.mark.parametrize(
    "fields",
    [
        {"window_from": "09:00"},
        {"window_from": "09:00", "window_to": "09:00"},
        {"window_days": ["sun", "xyz"]},
        {"window_holidays": "RUS"},
    ],
)
def test_the_database_refuses_invalid_contact_hours(fields: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactHours.objects.create(**fields)


@pytest.mark.parametrize("text", ["", "a" * 2001])
def test_the_database_refuses_a_template_that_no_mailing_could_have(text: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        Template.objects.create(name="Order", text=text)


def test_the_database_refuses_an_unheard_of_delivery() -> None:
    message = make_message()
    with pytest.raises(DatabaseError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(delivery="perhaps")
    receipt = {"gateway": make_gateway(), "provider_id": "1", "at": now(), "delivery": "perhaps"}
    with pytest.raises(DatabaseError), transaction.atomic():
        EarlyReceipt.objects.create(**receipt)


@pytest.mark.parametrize(
    "fields",
    [
        {"status": "unheard of", "next_attempt_at": None},
        {"status": "pending", "next_attempt_at": None},
        {"status": "sending", "next_attempt_at": now()},
        {"status": "sent", "next_attempt_at": now()},
    ],
)
def test_the_database_refuses_an_inconsistent_message(fields: dict[str, Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        make_message(**fields)


def test_the_database_refuses_a_second_message_of_a_mailing_to_a_client() -> None:
    message = make_message()
    with pytest.raises(DatabaseError, match="message_once_per_client"), transaction.atomic():
        make_message(message.mailing, message.client)


def test_the_database_refuses_a_second_client_with_the_same_phone() -> None:
    client = make_client()
    with pytest.raises(DatabaseError), transaction.atomic():
        make_client(phone=client.phone)
