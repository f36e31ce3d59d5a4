from datetime import UTC, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from notification_service.mailings.forecast.openings import Calendar
from notification_service.mailings.send_window import SendWindow, find_zone, is_open
from tests.depth import examples

START = datetime(2027, 3, 27, 20, 0, tzinfo=UTC)  # the clocks of Europe change in the night
ZONES = ("Europe/London", "Europe/Moscow", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe")


@settings(max_examples=examples(50), deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    opens=st.sampled_from([time(0), time(1, 30), time(9), time(22)]),
    closes=st.sampled_from([time(2), time(2, 30), time(12), time(23)]),
    minutes=st.lists(st.integers(0, 3 * 24 * 60), min_size=1, max_size=20),
)
def test_a_span_says_whether_the_hours_are_open_in_whatever_order_one_asks(
    zone: str, opens: time, closes: time, minutes: list[int]
) -> None:
    hours = (SendWindow(opens, closes),)
    openings = Calendar(since=START.timestamp()).openings(hours, zone)
    found_zone = find_zone(zone)
    assert found_zone is not None
    for minute in minutes:
        at = START + timedelta(minutes=minute)
        span = openings.span(at.timestamp())
        last = datetime.fromtimestamp(span.until - 1, UTC)
        assert (
            span.is_open == is_open(hours, zone=found_zone, at=at) == is_open(hours, zone=found_zone, at=last)
        )
        assert at.timestamp() < span.until


def test_zones_whose_clocks_agree_are_looked_at_once() -> None:
    hours = (SendWindow(time(9), time(21)),)
    calendar = Calendar(since=START.timestamp())
    zones = ["Europe/Paris", "Europe/Berlin", "Africa/Lagos", "Mars/Olympus"]
    assert calendar.groups(zones, hours=hours) == [
        ["Africa/Lagos"],
        ["Europe/Berlin", "Europe/Paris"],
        ["Mars/Olympus"],
    ]
    assert calendar.groups(zones, hours=()) == [sorted(zones)]
