"""First attempts are spread evenly over the minutes of a mailing, within hours and deadline."""

from collections import Counter
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notification_service.mailings import audience, client_changes, settlement
from notification_service.mailings.lifecycle import (
    create_mailing,
    pause_mailing,
    resume_mailing,
    update_mailing,
)
from notification_service.mailings.models import DueMessage, Mailing, Message
from notification_service.mailings.preview import preview
from notification_service.mailings.send_window import SendWindow, is_open
from notification_service.mailings.spread import Part, Period
from notification_service.mailings.validation import InvalidChange
from tests.factories import make_client, make_clients_in_bulk, make_message, make_running_mailing, now

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
DAYTIME = (SendWindow(time(9), time(21)),)


def period(minutes: int, *, begins: datetime = NOON, hours: Any = (), lasts: timedelta = 48 * HOUR) -> Period:
    return Period(begins=begins, minutes=minutes, end_at=begins + lasts, hours=hours)


# pure


def test_a_period_without_hours_is_the_minutes_from_the_start() -> None:
    assert period(60).parts("Europe/Moscow", since=NOON) == [Part(0, 1, NOON, 3600)]


def test_what_is_left_of_a_period_is_from_now_to_its_end() -> None:
    since = NOON + 45 * MINUTE
    assert period(60).parts("UTC", since=since) == [Part(0, 1, since, 900)]


def test_after_a_period_all_that_is_left_comes_at_once() -> None:
    since = NOON + 2 * HOUR
    assert period(60).parts("UTC", since=since) == [Part(0, 1, since, 0)]


def test_a_period_that_ends_with_the_mailing_leaves_time_for_the_last() -> None:
    [part] = period(60, lasts=HOUR).parts("UTC", since=NOON)
    assert part.seconds == 3600 - 60


def test_a_zone_whose_hours_are_closed_at_the_start_has_a_period_of_its_own() -> None:
    opening = NOON + 21 * HOUR
    assert period(60, hours=DAYTIME).parts("Asia/Vladivostok", since=NOON) == [
        Part(0, 1, NOON + 11 * HOUR, 3600)
    ]
    assert opening.astimezone(ZoneInfo("UTC")).hour == 9
    assert period(60, begins=NOON + 9 * HOUR, hours=DAYTIME).parts("UTC", since=NOON) == [
        Part(0, 1, opening, 3600)
    ]


def test_a_period_across_a_night_is_shared_by_the_hours_on_either_side_of_it() -> None:
    first, second = period(24 * 60, hours=DAYTIME).parts("UTC", since=NOON)
    assert (first.at, second.at) == (NOON, NOON + 21 * HOUR)
    assert (first.seconds, second.seconds) == (9 * 3600 - 60, 3 * 3600)
    assert (first.first, first.last, second.last) == (0, second.first, 1)
    assert first.seconds / second.seconds == pytest.approx(first.last / (1 - first.last))


@pytest.mark.parametrize("zone", ["MSK", "Nowhere/At_all"])
def test_a_zone_whose_hours_are_not_known_waits_for_the_deadline(zone: str) -> None:
    assert period(60, hours=DAYTIME).parts(zone, since=NOON) == [Part(0, 1, NOON + 48 * HOUR, 0)]


# with a database


@pytest.fixture
def clients(db: None) -> int:
    make_clients_in_bulk(2_500)  # more than a first chunk
    return 2_500


def started(**fields: Any) -> Mailing:
    moment = now()
    mailing = make_running_mailing(start_at=moment, started_at=moment, audience_built_at=None, **fields)
    audience.build_audience(mailing.pk)
    mailing.refresh_from_db()
    return mailing


def times(mailing: Mailing) -> list[datetime]:
    """When the messages are due, by their clients' ids."""
    due = DueMessage.objects.filter(mailing=mailing).order_by("message__client_id")
    return list(due.values_list("at", flat=True))


def by_tenths(mailing: Mailing, *, since: datetime, minutes: float) -> list[int]:
    """How many messages are due in each tenth of so many minutes, and before and after them."""
    tenth = minutes * 6
    counted = Counter(int((at - since).total_seconds() // tenth) for at in times(mailing))
    return [counted[n] for n in range(-1, 11)]


def test_first_attempts_are_spread_evenly_from_the_start(clients: int) -> None:
    mailing = started(spread_minutes=100)
    assert mailing.started_at
    before, *tenths, after = by_tenths(mailing, since=mailing.started_at, minutes=100)
    assert before + after == pytest.approx(0, abs=5)
    assert tenths == pytest.approx([clients / 10] * 10, abs=5)
    assert DueMessage.objects.filter(mailing=mailing).count() == clients


def test_the_order_of_a_spread_has_nothing_to_do_with_ids(clients: int) -> None:
    due = times(started(spread_minutes=100))
    rising = sum(one < other for one, other in pairwise(due))
    assert rising == pytest.approx(clients / 2, rel=0.1)
    assert due != times(started(spread_minutes=100))  # nor is it the same for each mailing


@pytest.mark.django_db
def test_a_few_clients_of_a_zone_do_not_come_together() -> None:
    for _ in range(6):
        make_client()
    mailing = started(spread_minutes=60)
    assert mailing.started_at
    places = sorted((at - mailing.started_at).total_seconds() // 600 for at in times(mailing))
    assert places == pytest.approx([0, 1, 2, 3, 4, 5], abs=1)
    assert len(set(places)) >= 5


@pytest.mark.django_db
def test_no_first_attempt_is_planned_outside_the_hours_or_past_the_end() -> None:
    zones = ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Omsk", "Asia/Vladivostok"]
    for number in range(200):
        make_client(timezone=zones[number % 4])
    mailing = started(
        spread_minutes=20 * 60, window_from=time(9), window_to=time(21), end_at=now() + 30 * HOUR
    )
    for message in Message.objects.of(mailing).select_related("client"):
        assert message.client
        assert message.next_attempt_at
        assert message.next_attempt_at < mailing.end_at
        zone = ZoneInfo(message.client.timezone)
        assert is_open(DAYTIME, zone=zone, at=message.next_attempt_at)


def settle_change(mailing: Mailing) -> datetime:
    """Let the change be old enough to be known everywhere; return when it was made."""
    mailing.refresh_from_db()
    changed_at = mailing.window_changed_at
    assert changed_at
    settlement.settle()
    return changed_at


def test_a_change_spreads_what_is_unsent_anew_over_what_is_left(clients: int) -> None:
    mailing = started()
    sent = Message.objects.of(mailing).order_by("id")[:500]
    Message.objects.filter(pk__in=sent.values("pk")).update(status="sent", next_attempt_at=None)
    Mailing.objects.filter(pk=mailing.pk).update(started_at=now() - HOUR)
    update_mailing(mailing.pk, spread_minutes=120)
    changed_at = settle_change(mailing)
    due = list(DueMessage.objects.filter(mailing=mailing).values_list("at", flat=True))
    counted = Counter(int((at - changed_at).total_seconds() // 360) for at in due)
    assert (len(due), sorted(counted)) == (2_000, list(range(10)))
    assert [counted[n] for n in range(10)] == pytest.approx([200] * 10, abs=60)  # by chance


def test_a_change_that_is_looked_at_twice_moves_nothing_twice(clients: int) -> None:
    mailing = started()
    update_mailing(mailing.pk, spread_minutes=120)
    settle_change(mailing)
    first = times(mailing)
    settle_change(mailing)
    assert times(mailing) == first


def test_without_a_spread_what_was_spread_comes_at_once(clients: int) -> None:
    mailing = started(spread_minutes=120)
    update_mailing(mailing.pk, spread_minutes=None)
    settle_change(mailing)
    assert max(times(mailing)) <= now()


def test_a_resumed_mailing_spreads_what_came_due_during_the_pause(clients: int) -> None:
    mailing = started(spread_minutes=120)
    assert mailing.started_at
    pause_mailing(mailing.pk)
    earlier = mailing.started_at - HOUR
    Mailing.objects.filter(pk=mailing.pk).update(started_at=earlier)
    Message.objects.of(mailing).update(next_attempt_at=now())
    resume_mailing(mailing.pk)
    changed_at = settle_change(mailing)
    _, *tenths, after = by_tenths(mailing, since=changed_at, minutes=60)
    assert after == pytest.approx(0, abs=5)
    assert tenths == pytest.approx([clients / 10] * 10, abs=75)  # by chance


def test_an_earlier_end_draws_the_period_in(clients: int) -> None:
    mailing = started(spread_minutes=600)
    end_at = now() + 11 * HOUR
    with pytest.raises(InvalidChange, match="longer than the mailing"):
        update_mailing(mailing.pk, end_at=now() + HOUR)
    update_mailing(mailing.pk, end_at=end_at)
    settle_change(mailing)
    assert max(times(mailing)) < end_at


@pytest.mark.django_db
def test_a_retry_keeps_its_own_time_when_a_mailing_is_spread_anew() -> None:
    mailing = make_running_mailing()
    due, later = now() - MINUTE, now() + 5 * MINUTE
    retried = make_message(mailing, attempts=1, next_attempt_at=due)
    message = make_message(mailing, attempts=1, next_attempt_at=later)
    message.failed_attempts.create(mailing_id=mailing.pk, number=1, at=now(), outcome="retry", retry_at=later)
    update_mailing(mailing.pk, spread_minutes=600)
    settle_change(mailing)
    retried.refresh_from_db()
    message.refresh_from_db()
    assert (retried.next_attempt_at, message.next_attempt_at) == (due, later)


@pytest.mark.django_db
def test_a_client_who_moves_does_not_come_before_the_others() -> None:
    client = make_client()
    mailing = started(spread_minutes=600)
    [planned] = times(mailing)
    client_changes.update_client(client.pk, timezone="Asia/Omsk")
    assert times(mailing) == [planned]


@pytest.mark.django_db
@pytest.mark.parametrize("minutes", [0, -5, 10_081])
def test_a_spread_has_a_minute_or_more_and_a_week_at_most(minutes: int) -> None:
    with pytest.raises(InvalidChange, match=r"from 1 to 10080"):
        create_mailing(text="x", start_at=now(), end_at=now() + 24 * 30 * HOUR, spread_minutes=minutes)


@pytest.mark.django_db
def test_a_spread_longer_than_the_mailing_is_refused() -> None:
    start_at = now() + HOUR
    with pytest.raises(InvalidChange) as refused:
        create_mailing(text="x", start_at=start_at, end_at=start_at + HOUR, spread_minutes=61)
    assert refused.value.field == "spread_minutes"
    create_mailing(text="x", start_at=start_at, end_at=start_at + HOUR, spread_minutes=60)
    with pytest.raises(InvalidChange):  # of which only the last minutes are left
        create_mailing(text="x", start_at=now() - HOUR, end_at=now() + 10 * MINUTE, spread_minutes=60)
    assert Mailing.objects.count() == 1


@pytest.mark.django_db
def test_a_preview_says_until_when_first_attempts_are_planned() -> None:
    make_client(timezone="UTC")
    fields: dict[str, Any] = {"text": "x", "start_at": now() + HOUR, "end_at": now() + 24 * HOUR}
    assert preview(fields).spread_until is None
    assert preview(fields | {"spread_minutes": 90}).spread_until == fields["start_at"] + 90 * MINUTE


@pytest.mark.django_db
def test_what_is_due_at_once_comes_in_the_order_in_which_hours_close() -> None:
    moment = datetime.now(UTC)
    opens, closes = (moment - 2 * HOUR).time(), (moment + 2 * HOUR).time()
    west, middle, east = (make_client(timezone=zone) for zone in ("Etc/GMT+1", "UTC", "Etc/GMT-1"))
    mailing = started(window_from=opens, window_to=closes)
    due = DueMessage.objects.filter(mailing=mailing).order_by("at")
    assert list(due.values_list("message__client_id", flat=True)) == [east.pk, middle.pk, west.pk]
    assert max(times(mailing)) <= now()
