"""Two rules at once: the hours of a mailing, and those of the installation."""

import threading
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction

from notification_service.mailings import contact_hours
from notification_service.mailings.audience import build_audience
from notification_service.mailings.contact_hours import hours_of, set_contact_hours
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.public_holidays import DAYS
from notification_service.mailings.send_window import SendWindow, next_opening
from notification_service.mailings.settlement import settle
from tests.factories import make_client, make_mailing, make_message, make_running_mailing, now

pytestmark = pytest.mark.django_db

MORNING: dict[str, Any] = {"window_from": time(8), "window_to": time(12)}


def days_but_today() -> list[str]:
    return [day for day in DAYS if day != DAYS[now().weekday()]]


def test_a_mailing_is_held_to_its_own_hours_and_to_those_of_all() -> None:
    set_contact_hours(window_days=["mon"])
    mailing = make_mailing(**MORNING)
    assert hours_of(mailing) == (SendWindow(time(8), time(12)), SendWindow(days=frozenset({"mon"})))


def test_a_mailing_that_ignores_the_contact_hours_is_held_to_its_own() -> None:
    set_contact_hours(window_days=["mon"])
    assert hours_of(make_mailing(**MORNING, ignores_contact_hours=True)) == (SendWindow(time(8), time(12)),)


def test_messages_are_written_for_the_first_day_that_both_rules_allow() -> None:
    set_contact_hours(window_days=days_but_today())
    client = make_client(timezone="UTC")
    mailing = make_running_mailing(
        start_at=now() - timedelta(seconds=1),
        end_at=now() + timedelta(days=9),
        started_at=now(),
        audience_built_at=None,
        **MORNING,
    )
    build_audience(mailing.pk)
    message = Message.objects.get(client=client)
    expected = next_opening(hours_of(mailing), zone=ZoneInfo("UTC"), at=message.created_at)
    assert message.next_attempt_at == expected
    assert expected.date() > now().date()


def test_what_waits_moves_to_the_openings_of_changed_contact_hours() -> None:
    set_contact_hours(window_days=days_but_today())
    mailing = make_running_mailing(end_at=now() + timedelta(days=9))
    message = make_message(mailing, make_client(timezone="UTC"), next_attempt_at=now() + timedelta(days=3))
    set_contact_hours()
    settle()
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    assert message.next_attempt_at <= now()


def test_a_change_of_the_contact_hours_leaves_ended_mailings_as_they_are() -> None:
    ended = make_mailing(status="finished", finished_at=now())
    set_contact_hours(window_days=["mon"])
    ended.refresh_from_db()
    assert (ended.hours_version, ended.window_changed_at) == (0, None)


@pytest.mark.django_db(transaction=True)
def test_messages_that_are_written_during_a_change_of_the_contact_hours_follow_it() -> None:
    """Whoever writes them keeps the contact hours; the change finds the messages once they are written."""
    mailing = make_running_mailing()
    changing = threading.Thread(target=_change_and_close)
    with transaction.atomic():
        contact_hours.keep_until_commit()
        changing.start()
        changing.join(0.3)
        assert changing.is_alive()
        before = contact_hours.contact_hours()
    changing.join()
    mailing.refresh_from_db()
    assert (before, mailing.hours_version) == (None, 1)


def _change_and_close() -> None:
    try:
        set_contact_hours(window_days=["mon"])
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("fields", "is_held"),
    [
        ({}, False),
        (MORNING, True),
        ({"window_days": ["mon"]}, True),
        ({"window_holidays": "RU"}, True),
    ],
)
def test_mailings_with_hours_of_any_kind_are_found(fields: dict[str, Any], *, is_held: bool) -> None:
    mailing = make_mailing(**fields)
    assert list(Mailing.objects.with_hours()) == [mailing] * is_held


def test_contact_hours_hold_for_every_mailing_that_does_not_ignore_them() -> None:
    set_contact_hours(window_days=["mon"])
    held, _ = make_mailing(), make_mailing(ignores_contact_hours=True)
    assert list(Mailing.objects.with_hours()) == [held]
