"""What a worker takes for the time, and which zones it takes for open."""

from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery import clock as clock_module
from notification_service.delivery.clock import DatabaseClock, OpenZones
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.send_window import SendWindow, is_open, next_opening

DAY = (SendWindow(opens=time_of_day(9), closes=time_of_day(21)),)


class ClockByHand(DatabaseClock):
    def __init__(self, at: str) -> None:
        super().__init__()
        self.at = datetime.fromisoformat(at)

    def time(self) -> float:
        return self.at.timestamp()


def test_the_clock_follows_the_database_and_not_the_worker() -> None:
    clock = DatabaseClock()
    clock.set_ahead(1000 - steady_seconds())
    assert 1000 <= clock.now().timestamp() < 2000


def test_an_open_window_has_no_opening_to_wait_for() -> None:
    zones = OpenZones(ClockByHand("2026-01-01T09:00:00+03:00"))
    assert zones.opening(DAY, "Europe/Moscow") is None


def test_a_closed_window_gives_its_next_opening() -> None:
    zones = OpenZones(ClockByHand("2026-01-01T21:00:00+03:00"))
    assert zones.opening(DAY, "Europe/Moscow") == datetime(2026, 1, 2, 6, tzinfo=UTC)


def test_a_clock_that_may_be_fast_does_not_open_a_window_early() -> None:
    clock = ClockByHand("2026-01-01T09:00:00.1+03:00")
    clock.fast_by_at_most = 0.2
    zones = OpenZones(clock)
    assert zones.opening(DAY, "Europe/Moscow") == datetime(2026, 1, 1, 6, tzinfo=UTC)
    clock.at += timedelta(milliseconds=100)
    assert zones.opening(DAY, "Europe/Moscow") is None


def test_a_remembered_open_window_ends_when_the_window_closes() -> None:
    clock = ClockByHand("2026-01-01T20:59:59.9+03:00")
    zones = OpenZones(clock)
    zones.opening(DAY, "Europe/Moscow")
    clock.at += timedelta(milliseconds=100)
    assert zones.opening(DAY, "Europe/Moscow") == datetime(2026, 1, 2, 6, tzinfo=UTC)


def test_a_remembered_closed_window_ends_at_its_opening() -> None:
    clock = ClockByHand("2026-01-01T08:59:59.9+03:00")
    zones = OpenZones(clock)
    zones.opening(DAY, "Europe/Moscow")
    clock.at += timedelta(milliseconds=100)
    assert zones.opening(DAY, "Europe/Moscow") is None


def test_a_remembered_opening_is_dropped_when_the_clock_is_set_back() -> None:
    clock = ClockByHand("2026-01-01T09:00:00+03:00")
    zones = OpenZones(clock)
    zones.opening(DAY, "Europe/Moscow")
    clock.at -= timedelta(seconds=1)
    assert zones.opening(DAY, "Europe/Moscow") == datetime(2026, 1, 1, 6, tzinfo=UTC)


def test_the_number_of_remembered_zones_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "MAX_REMEMBERED", 2)
    zones = OpenZones(ClockByHand("2026-01-01T12:00:00+00:00"))
    for name in ("Europe/Moscow", "Asia/Tokyo", "America/Lima", "UTC"):
        zones.opening(DAY, name)
        assert len(zones._known) <= 2


@given(
    st.lists(st.integers(-600, 90_000), max_size=40),
    st.sampled_from(["Europe/Berlin", "Australia/Lord_Howe"]),
)
def test_a_remembered_opening_equals_a_freshly_computed_opening(steps: list[int], name: str) -> None:
    clock = ClockByHand("2027-03-26T00:00:00+00:00")  # two days before the clocks change
    zones, zone = OpenZones(clock), ZoneInfo(name)
    for seconds in steps:
        clock.at += timedelta(seconds=seconds)
        fresh = None if is_open(DAY, zone=zone, at=clock.at) else next_opening(DAY, zone=zone, at=clock.at)
        assert zones.opening(DAY, name) == fresh
