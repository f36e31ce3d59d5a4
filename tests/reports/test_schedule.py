from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.reports.schedule import bounds, day_before, is_time

BERLIN = ZoneInfo("Europe/Berlin")
ZONES = sorted(available_timezones())
moments = st.integers(1_767_225_600, 1_893_456_000).map(
    lambda at: datetime.fromtimestamp(at, UTC)
)  # 2026 to 2029


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type, misc]


@pytest.mark.parametrize(
    ("day", "zone", "hours", "since"),
    [
        (date(2026, 11, 24), "Europe/Moscow", 24, utc(2026, 11, 23, 21)),
        (date(2026, 11, 24), "Asia/Kathmandu", 24, utc(2026, 11, 23, 18, 15)),
        (date(2026, 3, 29), "Europe/Berlin", 23, utc(2026, 3, 28, 23)),
        (date(2026, 10, 25), "Europe/Berlin", 25, utc(2026, 10, 24, 22)),
        (date(2026, 4, 24), "Africa/Cairo", 23, utc(2026, 4, 23, 22)),  # begins at 1:00
        (date(2026, 11, 1), "America/Havana", 25, utc(2026, 11, 1, 4)),  # has two midnights
    ],
)
def test_a_day_has_the_hours_of_its_zone(day: date, zone: str, hours: int, since: datetime) -> None:
    assert bounds(day, zone=ZoneInfo(zone)) == (since, since + timedelta(hours=hours))


@settings(deadline=None)
@given(moments, st.sampled_from(ZONES))
def test_every_time_is_in_its_day_and_days_leave_no_gap(moment: datetime, name: str) -> None:
    zone = ZoneInfo(name)
    day = moment.astimezone(zone).date()
    since, until = bounds(day, zone=zone)
    assert since <= moment < until
    assert bounds(day_before(moment, zone=zone), zone=zone)[1] == since


@settings(deadline=None)
@given(moments, st.sampled_from(ZONES))
def test_days_are_whole_quarters_of_an_hour(moment: datetime, name: str) -> None:
    since, until = bounds(moment.date(), zone=ZoneInfo(name))
    assert (since.timestamp() % 900, until.timestamp() % 900) == (0, 0)


def test_yesterday_is_the_day_before_in_the_zone_of_the_report() -> None:
    moment = utc(2026, 11, 24, 22)
    assert day_before(moment, zone=ZoneInfo("UTC")) == date(2026, 11, 23)
    assert day_before(moment, zone=ZoneInfo("Europe/Moscow")) == date(2026, 11, 24)


@pytest.mark.parametrize(
    ("moment", "has_come"),
    [
        (utc(2026, 3, 29, 0, 59), False),  # 1:59; the next minute is 3:00
        (utc(2026, 3, 29, 1, 0), True),
        (utc(2026, 3, 29, 21, 59), True),
        (utc(2026, 3, 29, 22, 0), False),  # the next day
    ],
)
def test_a_report_time_that_the_clocks_skip_comes_with_the_jump(moment: datetime, *, has_come: bool) -> None:
    assert is_time(moment, at=time(2, 30), zone=BERLIN) == has_come


def test_a_report_time_that_comes_twice_counts_the_first_time() -> None:
    assert not is_time(utc(2026, 10, 25, 0, 29), at=time(2, 30), zone=BERLIN)
    assert is_time(utc(2026, 10, 25, 0, 30), at=time(2, 30), zone=BERLIN)
