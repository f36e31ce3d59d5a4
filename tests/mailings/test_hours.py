"""Days of the week, holidays and two rules at once, against a reading of the calendar minute by minute."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.mailings.public_holidays import DAYS, countries, is_holiday, is_worked_weekend
from notification_service.mailings.send_window import (
    CALENDAR_END,
    LONGEST_LOOK,
    Hours,
    SendWindow,
    ever_open,
    is_open,
    next_opening,
    opens_somewhere,
    unchanged_until,
)
from tests.depth import examples
from tests.mailings.clock_changes import ODD_ZONES, ZONES, instants

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
SEARCHED = timedelta(days=9)  # minute by minute; hours may open later, or never
WORKING_DAYS = frozenset(DAYS[:5])
# Without and with working Saturdays; with other weekends than ours; one that moves its days off.
COUNTRIES = ["RU", "KZ", "CN", "SA", "US", "HU", "BN"]


@cache
def of_year(country: str, year: int) -> tuple[frozenset[date], frozenset[date], frozenset[int]]:
    """Holidays, worked days of a weekend, the days of a weekend: from the library, of three years at once."""
    known = holidays.country_holidays(country)
    years = [each for each in (year - 1, year, year + 1) if known.start_year <= each <= known.end_year]
    found = holidays.country_holidays(country, years=years) if years else known
    return frozenset(found), frozenset(found.weekend_workdays), frozenset(found.weekend)


def is_sent_on(window: SendWindow, day: date) -> bool:
    if not window.holidays:
        return window.days is None or DAYS[day.weekday()] in window.days
    off, worked, weekend = of_year(window.holidays, day.year)
    if day in worked and {name for number, name in enumerate(DAYS) if number not in weekend} <= {
        *(window.days or DAYS)
    }:
        return True
    return (day in worked or day not in off) and (window.days is None or DAYS[day.weekday()] in window.days)


def is_open_by_the_calendar(hours: Hours, local: datetime) -> bool:
    return all(_window_is_open(window, local) for window in hours)


def _window_is_open(window: SendWindow, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    opens, closes = (edge.hour * 60 + edge.minute for edge in (window.opens, window.closes))
    if opens >= closes:
        closes += 24 * 60  # of the next day
    evening, morning = (opens <= each < closes for each in (minute, minute + 24 * 60))
    today = local.date()
    return (evening and is_sent_on(window, today)) or (morning and is_sent_on(window, today - DAY))


edges = st.integers(0, 24 * 60 - 1).map(lambda minute: time(*divmod(minute, 60)))
day_sets = st.none() | st.frozensets(st.sampled_from(DAYS), min_size=1) | st.just(WORKING_DAYS)
windows = st.builds(
    lambda edges, days, country: SendWindow(edges[0], edges[1], days=days, holidays=country),
    st.just((time.min, time.min)) | st.tuples(edges, edges).filter(lambda pair: pair[0] != pair[1]),
    day_sets,
    st.just("") | st.sampled_from(COUNTRIES),
)


@st.composite
def situations(draw: st.DrawFn) -> tuple[Hours, str, datetime]:
    name = draw(st.sampled_from(ODD_ZONES) | st.sampled_from(ZONES))
    hours = tuple(draw(st.lists(windows, min_size=1, max_size=2)))
    near_a_change = instants(name)
    # When holidays and working Saturdays are many.
    new_year = st.datetimes(datetime(2023, 12, 15), datetime(2026, 1, 20), timezones=st.just(UTC))
    return hours, name, draw(near_a_change | new_year)


@settings(max_examples=examples(60), deadline=None)
@given(situations())
def test_the_next_opening_equals_a_search_by_minutes_through_the_calendar(
    situation: tuple[Hours, str, datetime],
) -> None:
    hours, name, at = situation
    zone = ZoneInfo(name)
    moment, end = at, at + SEARCHED
    while moment < end and not is_open_by_the_calendar(hours, moment.astimezone(zone)):
        moment = moment.replace(second=0, microsecond=0) + MINUTE
    found = next_opening(hours, zone=zone, at=at)
    assert found == moment if moment < end else found >= end - MINUTE


@settings(max_examples=examples(60), deadline=None)
@given(situations())
def test_hours_stay_as_they_are_until_the_promised_time(situation: tuple[Hours, str, datetime]) -> None:
    hours, name, at = situation
    zone = ZoneInfo(name)
    until = unchanged_until(hours, zone=zone, at=at)
    assert at < until <= at + DAY
    moment, was_open = at, is_open(hours, zone=zone, at=at)
    while moment < until:
        assert is_open_by_the_calendar(hours, moment.astimezone(zone)) == was_open
        moment = moment.replace(second=0, microsecond=0) + MINUTE


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(windows, min_size=1, max_size=2).map(tuple), instants("UTC"), st.integers(1, 40 * 24))
def test_hours_open_somewhere_if_they_open_at_any_local_time_on_earth(
    hours: Hours, start: datetime, length: int
) -> None:
    end = start + timedelta(hours=length)
    naive, last = start - timedelta(hours=12), end + timedelta(hours=14)
    searched = min(last, naive + SEARCHED)
    while naive < searched and not is_open_by_the_calendar(hours, naive):
        naive = naive.replace(second=0, microsecond=0) + MINUTE
    if naive < searched or searched == last:
        assert opens_somewhere(hours, start=start, end=end) == (naive < last)


def opening(window: SendWindow, zone: str, at: str) -> str:
    return next_opening((window,), zone=ZoneInfo(zone), at=datetime.fromisoformat(at)).isoformat()


def test_a_window_of_working_days_opens_on_monday_by_the_clients_calendar() -> None:
    window = SendWindow(time(9), time(21), days=WORKING_DAYS)
    friday_night_in_moscow = "2026-10-02T21:00:00+03:00"
    assert opening(window, "Europe/Moscow", friday_night_in_moscow) == "2026-10-05T06:00:00+00:00"
    assert opening(window, "Asia/Kamchatka", friday_night_in_moscow) == "2026-10-04T21:00:00+00:00"
    assert opening(window, "America/New_York", friday_night_in_moscow) == "2026-10-02T18:00:00+00:00"


def test_a_window_across_midnight_belongs_to_the_day_on_which_it_opens() -> None:
    window = SendWindow(time(22), time(6), days=frozenset({"fri"}))
    week = [datetime(2026, 10, 1, tzinfo=UTC) + timedelta(hours=hour) for hour in range(72)]
    hours = [at for at in week if is_open((window,), zone=ZoneInfo("UTC"), at=at)]
    assert (hours[0], hours[-1]) == (week[24 + 22], week[48 + 5])


def test_a_mailing_does_not_go_out_on_a_public_holiday_of_the_country() -> None:
    window = SendWindow(time(9), time(21), holidays="RU")
    assert opening(window, "Europe/Moscow", "2026-05-01T00:00:00+03:00") == "2026-05-02T06:00:00+00:00"


def test_a_night_that_begins_before_a_holiday_goes_on_until_morning() -> None:
    night = (SendWindow(time(22), time(6), holidays="RU"),)
    zone, first_of_may = ZoneInfo("Europe/Moscow"), datetime(2026, 4, 30, 21, tzinfo=UTC)
    assert is_open(night, zone=zone, at=first_of_may)
    assert not is_open(night, zone=zone, at=first_of_may + DAY)


def test_a_working_saturday_counts_as_a_working_day() -> None:
    saturday = "2024-04-27T00:00:00+03:00"  # worked in Russia for the Monday after it
    window = SendWindow(time(9), time(21), days=WORKING_DAYS, holidays="RU")
    assert opening(window, "Europe/Moscow", saturday) == "2024-04-27T06:00:00+00:00"
    assert opening(window, "Europe/Moscow", "2024-04-28T00:00:00+03:00") == "2024-05-02T06:00:00+00:00"


def test_a_working_saturday_does_not_open_a_window_of_single_days() -> None:
    window = SendWindow(time(9), time(21), days=frozenset({"mon"}), holidays="RU")
    assert opening(window, "Europe/Moscow", "2024-04-27T00:00:00+03:00") == "2024-05-06T06:00:00+00:00"


def test_a_window_without_hours_is_open_all_day() -> None:
    hours, zone = (SendWindow(days=frozenset({"sat", "sun"})),), ZoneInfo("Asia/Kathmandu")
    opens = datetime(2026, 10, 2, 18, 15, tzinfo=UTC)
    assert next_opening(hours, zone=zone, at=opens - DAY) == opens
    assert unchanged_until(hours, zone=zone, at=opens) == opens + DAY
    assert is_open(hours, zone=zone, at=opens + DAY)


def test_two_windows_are_open_only_together() -> None:
    mailing, everyone = SendWindow(time(8), time(12)), SendWindow(time(10), time(20), days=WORKING_DAYS)
    at = datetime(2026, 10, 3, tzinfo=UTC)
    assert next_opening((mailing, everyone), zone=ZoneInfo("UTC"), at=at) == datetime(
        2026, 10, 5, 10, tzinfo=UTC
    )


MORNING, EVENING = SendWindow(time(8), time(12)), SendWindow(time(18), time(22))
NIGHT = SendWindow(time(22), time(6), days=frozenset({"mon"}))
TUESDAY = SendWindow(days=frozenset({"tue"}))
WEEKEND = SendWindow(days=frozenset({"sat", "sun"}))


PAIRS: dict[str, tuple[Hours, bool]] = {
    "none": ((), True),
    "one": ((MORNING,), True),
    "morning and evening": ((MORNING, EVENING), False),
    "working days and the weekend": ((SendWindow(days=WORKING_DAYS), WEEKEND), False),
    "Monday's night and Tuesday": ((NIGHT, TUESDAY), True),
    "Monday's night and the weekend": ((NIGHT, WEEKEND), False),
}


@pytest.mark.parametrize(("hours", "do_open"), PAIRS.values(), ids=PAIRS)
def test_hours_that_never_come_together_are_known(hours: Hours, do_open: bool) -> None:
    assert ever_open(hours) is do_open


def test_a_look_for_hours_that_never_come_together_ends() -> None:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    assert next_opening((MORNING, EVENING), zone=ZoneInfo("Europe/Moscow"), at=at) >= at + LONGEST_LOOK
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12"):
        assert next_opening((MORNING, EVENING), zone=ZoneInfo(zone), at=CALENDAR_END - DAY) >= CALENDAR_END


def test_the_holidays_of_every_country_can_be_asked_in_every_year() -> None:
    first_days = [date(year, 1, 1) for year in (1, 1970, 2026, 2101, 9999)]
    assert all(isinstance(is_holiday(country, day), bool) for country in countries() for day in first_days)


def test_a_day_that_is_worked_for_one_of_the_next_year_is_known() -> None:
    assert is_worked_weekend("RU", date(2024, 12, 28))  # for the last Monday of the year
    assert not is_holiday("RU", date(2024, 12, 28))
