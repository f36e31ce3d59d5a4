"""`send_window` against a minute-by-minute reading of `zoneinfo`, in every zone and at every clock change."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.mailings.send_window import SendWindow, is_open, next_opening, unchanged_until
from tests.depth import examples
from tests.mailings.clock_changes import ODD_ZONES, ZONES, clock_changes, instants, listed_changes

MINUTE = timedelta(minutes=1)


@st.composite
def situations(draw: st.DrawFn) -> tuple[SendWindow, str, datetime]:
    name = draw(st.sampled_from(ODD_ZONES) | st.sampled_from(ZONES))
    at = draw(instants(name))
    minutes = st.integers(0, 24 * 60 - 1)
    small_hours = st.integers(0, 4 * 60)  # when clocks change
    edges: st.SearchStrategy[tuple[int, int]] = st.tuples(minutes, minutes) | st.tuples(
        small_hours, small_hours
    )
    opens, closes = draw(edges.filter(lambda edge: edge[0] != edge[1]))
    return SendWindow(opens=time(*divmod(opens, 60)), closes=time(*divmod(closes, 60))), name, at


def open_by_the_clock(window: SendWindow, zone: ZoneInfo, at: datetime) -> bool:
    """The rule as it is written: from <= t < to, or the two parts of a window that crosses midnight."""
    local = at.astimezone(zone)
    minute = local.hour * 60 + local.minute
    opens = window.opens.hour * 60 + window.opens.minute
    closes = window.closes.hour * 60 + window.closes.minute
    return opens <= minute < closes if opens < closes else not closes <= minute < opens


def first_open_minute(window: SendWindow, zone: ZoneInfo, at: datetime) -> datetime:
    moment = at
    while not open_by_the_clock(window, zone, moment):
        moment = moment.replace(second=0, microsecond=0) + MINUTE
    return moment


@settings(max_examples=examples(600), deadline=None)
@given(situations())
def test_the_next_opening_equals_a_search_by_minutes(situation: tuple[SendWindow, str, datetime]) -> None:
    window, name, at = situation
    zone = ZoneInfo(name)
    assert next_opening((window,), zone=zone, at=at) == first_open_minute(window, zone, at)


@settings(max_examples=examples(200), deadline=None)
@given(situations())
def test_a_window_is_open_exactly_when_the_local_clock_is_inside(
    situation: tuple[SendWindow, str, datetime],
) -> None:
    window, name, at = situation
    assert is_open((window,), zone=ZoneInfo(name), at=at) == open_by_the_clock(window, ZoneInfo(name), at)


@settings(max_examples=examples(300), deadline=None)
@given(situations())
def test_a_window_does_not_open_or_close_before_the_promised_time(
    situation: tuple[SendWindow, str, datetime],
) -> None:
    window, name, at = situation
    zone = ZoneInfo(name)
    until = unchanged_until((window,), zone=zone, at=at)
    assert at < until <= at + timedelta(days=1)
    moment = at
    while moment < until:
        assert open_by_the_clock(window, zone, moment) == open_by_the_clock(window, zone, at)
        moment = moment.replace(second=0, microsecond=0) + MINUTE


@settings(max_examples=examples(100), deadline=None)
@given(situations(), st.sampled_from(ODD_ZONES))
def test_the_zone_of_the_given_time_does_not_change_the_result(
    situation: tuple[SendWindow, str, datetime], writer: str
) -> None:
    window, name, at = situation
    zone, elsewhere = ZoneInfo(name), at.astimezone(ZoneInfo(writer))
    assert next_opening((window,), zone=zone, at=elsewhere) == next_opening((window,), zone=zone, at=at)
    promised = unchanged_until((window,), zone=zone, at=elsewhere).astimezone(UTC)
    assert promised == unchanged_until((window,), zone=zone, at=at).astimezone(UTC)


def test_no_zone_changes_its_offset_twice_within_an_hour() -> None:
    twice = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        offsets = {
            moment: [datetime.fromtimestamp(moment - ago, zone).utcoffset() for ago in (0, 1)]
            for moment in listed_changes(name)
        }
        changes = [moment for moment, (after, before) in offsets.items() if after != before]
        if any(b - a <= 3600 for a, b in pairwise(changes)):
            twice[name] = changes
    assert twice == {}


def test_the_generated_times_include_real_clock_changes() -> None:
    known = {"Europe/Berlin": "2027-03-28T01:00Z", "Pacific/Apia": "2011-12-30T10:00Z"}
    for name, change in known.items():
        assert datetime.fromisoformat(change).timestamp() in clock_changes(name)


def opening(opens: str, closes: str, zone: str, at: str) -> str:
    window = SendWindow(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))
    moment = next_opening((window,), zone=ZoneInfo(zone), at=datetime.fromisoformat(at))
    return moment.isoformat()


def test_a_mailing_without_a_window_is_always_open() -> None:
    at = datetime(2026, 1, 1, 3, 4, 5, 6, tzinfo=UTC)
    assert next_opening((), zone=ZoneInfo("Europe/Moscow"), at=at) == at


def test_the_next_opening_of_an_open_window_is_now() -> None:
    assert (
        opening("09:00", "21:00", "Europe/Moscow", "2026-01-01T09:30:00+03:00") == "2026-01-01T06:30:00+00:00"
    )


def test_a_window_includes_its_opening_and_excludes_its_closing_time() -> None:
    window, zone = SendWindow(opens=time(9), closes=time(21)), ZoneInfo("UTC")
    edges = [datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in (9, 21)]
    instants = [edge + timedelta(microseconds=offset) for edge in edges for offset in (-1, 0)]
    assert [is_open((window,), zone=zone, at=at) for at in instants] == [False, True, True, False]


def test_a_window_across_midnight_is_open_on_both_sides_of_midnight() -> None:
    window, zone = SendWindow(opens=time(22), closes=time(6)), ZoneInfo("UTC")
    hours = [
        hour for hour in range(24) if is_open((window,), zone=zone, at=datetime(2026, 1, 1, hour, tzinfo=UTC))
    ]
    assert hours == [0, 1, 2, 3, 4, 5, 22, 23]


def test_an_opening_that_the_clocks_skip_comes_with_the_jump() -> None:
    assert (
        opening("02:30", "10:00", "Europe/Berlin", "2021-03-28T00:00:00+00:00") == "2021-03-28T01:00:00+00:00"
    )


def test_a_window_that_the_clocks_skip_entirely_opens_on_the_next_day() -> None:
    assert (
        opening("02:10", "02:50", "Europe/Berlin", "2021-03-28T00:00:00+00:00") == "2021-03-29T00:10:00+00:00"
    )


def test_a_window_opens_again_when_the_clocks_turn_back_into_the_window() -> None:
    assert (
        opening("02:00", "02:30", "Europe/Berlin", "2021-10-31T00:45:00+00:00") == "2021-10-31T01:00:00+00:00"
    )


def test_a_day_that_samoa_skipped_has_no_opening() -> None:
    assert (
        opening("09:00", "21:00", "Pacific/Apia", "2011-12-30T08:00:00+00:00") == "2011-12-30T19:00:00+00:00"
    )


def test_a_window_opens_again_after_lord_howe_turns_back_half_an_hour() -> None:
    at = "2021-04-03T14:55:00+00:00"  # 01:55, before 02:00 becomes 01:30
    assert opening("01:30", "01:50", "Australia/Lord_Howe", at) == "2021-04-03T15:00:00+00:00"


def test_a_window_in_kathmandu_opens_at_an_offset_of_5_45() -> None:
    assert (
        opening("09:00", "21:00", "Asia/Kathmandu", "2026-01-01T00:00:00+00:00")
        == "2026-01-01T03:15:00+00:00"
    )


def test_an_open_window_stays_open_until_it_closes() -> None:
    window, at = SendWindow(opens=time(9), closes=time(21)), datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert unchanged_until((window,), zone=ZoneInfo("UTC"), at=at) == datetime(2026, 1, 1, 21, tzinfo=UTC)


def test_a_closed_window_stays_closed_until_it_opens() -> None:
    window, at = SendWindow(opens=time(9), closes=time(21)), datetime(2026, 1, 1, 21, tzinfo=UTC)
    assert unchanged_until((window,), zone=ZoneInfo("UTC"), at=at) == datetime(2026, 1, 2, 9, tzinfo=UTC)
