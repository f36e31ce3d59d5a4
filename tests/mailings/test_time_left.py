"""How much time a message has left, and in which order messages are due that are due at once."""

from datetime import UTC, datetime, time, timedelta

import pytest

from notification_service.mailings.send_window import SendWindow
from notification_service.mailings.time_left import TimeLeft, time_left

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday
HOUR = timedelta(hours=1)
DAYTIME = (SendWindow(time(9), time(21)),)
H = 3600.0


@pytest.mark.parametrize(
    ("zone", "end_at", "expected"),
    [
        ("UTC", NOON + HOUR, TimeLeft(H, H)),  # the end comes first
        ("UTC", NOON + 12 * HOUR, TimeLeft(9 * H, 9 * H)),  # the hours close first
        ("UTC", NOON + 24 * HOUR, TimeLeft(12 * H, 9 * H)),  # and open again
        ("Asia/Vladivostok", NOON + 24 * HOUR, TimeLeft(12 * H, 0.0)),  # closed now
        ("Asia/Vladivostok", NOON + HOUR, TimeLeft(0.0, 0.0)),  # never open again
        ("MSK", NOON + HOUR, TimeLeft(H, H)),  # a zone whose hours are not known
        ("UTC", NOON - HOUR, TimeLeft(0.0, 0.0)),  # past its end
    ],
)
def test_time_left_is_what_is_open_until_the_end(zone: str, end_at: datetime, expected: TimeLeft) -> None:
    assert time_left(DAYTIME, zone, at=NOON, end_at=end_at) == expected


def test_a_country_that_is_not_known_here_leaves_as_much_time_as_any() -> None:
    hours = (SendWindow(time(9), time(21), holidays="QQ"),)
    assert time_left(hours, "UTC", at=NOON, end_at=NOON + HOUR) == TimeLeft(H, H)


def test_without_hours_all_of_the_time_is_left_and_more_than_a_week_is_a_week() -> None:
    assert time_left((), "UTC", at=NOON, end_at=NOON + 5 * HOUR) == TimeLeft(5 * H, 5 * H)
    assert time_left((), "UTC", at=NOON, end_at=NOON + 999 * HOUR) == TimeLeft(168 * H, 168 * H)


def test_weekdays_count_as_hours_do() -> None:
    friday = (SendWindow(days=frozenset({"fri"})),)
    assert time_left(friday, "UTC", at=NOON, end_at=NOON + 48 * HOUR) == TimeLeft(12 * H, 0.0)


def test_whoever_has_less_time_is_due_first_and_of_equals_whoever_closes_first() -> None:
    lefts = [TimeLeft(H, H), TimeLeft(13 * H, H), TimeLeft(13 * H, 9 * H), TimeLeft(168 * H, 168 * H)]
    ahead = [left.ahead for left in lefts]
    assert ahead == sorted(ahead, reverse=True)
    assert len(set(ahead)) == 4
    assert timedelta(0) <= ahead[-1] <= ahead[0] <= timedelta(seconds=1.1)
