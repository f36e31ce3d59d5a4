"""Which time zone a person may mean who does not write its IANA name."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from notification_service.directory.zone_names import KNOWN_AS, NEAR, Offer, likeliest, offer, zone_key
from notification_service.directory.zones import places
from tests.depth import examples

ZONES = places(available_timezones())
WINTER = datetime(2026, 11, 30, 12, tzinfo=UTC)
NAMES = sorted({(name, zone) for zone, names in KNOWN_AS.items() for name in names.split(",")})


def offered(text: str, *, at: datetime = WINTER) -> Offer:
    return offer(text, zones=ZONES, at=at)


def test_zone_names_that_are_no_places_are_left_out() -> None:
    names = {"Europe/Moscow", "UTC", "localtime", "posix/Europe/Moscow", "right/UTC", "Factory"}
    assert places(names) == {"Europe/Moscow", "UTC"}


@pytest.mark.parametrize(
    ("text", "zone"),
    [
        ("Москва", "Europe/Moscow"),
        ("МСК", "Europe/Moscow"),
        ("Moscow", "Europe/Moscow"),
        ("г. Москва", "Europe/Moscow"),
        ("Екатеринбург", "Asia/Yekaterinburg"),
        ("Свердловская обл.", "Asia/Yekaterinburg"),
        ("Ростов–на–Дону", "Europe/Moscow"),
        ("орёл", "Europe/Moscow"),
        ("St. Petersburg", "Europe/Moscow"),
        ("New York", "America/New_York"),
        ("europe/moscow", "Europe/Moscow"),
        ("Москва (UTC+3)", "Europe/Moscow"),
        ("(UTC+03:00) Moscow", "Europe/Moscow"),
        ("Казань, Татарстан", "Europe/Moscow"),
    ],
)
def test_the_name_of_a_place_stands_for_its_zone(text: str, zone: str) -> None:
    assert offered(text) == Offer((zone,), certain=zone)
    assert likeliest(text, zones=ZONES) == zone


@pytest.mark.parametrize("text", ["UTC+3", "+03:00", "GMT+3", "utc +3", "+3", "МСК+0", "UTC+03"])
def test_an_offset_is_offered_for_a_choice_and_stands_for_no_zone(text: str) -> None:
    found = offered(text)
    assert (found.zones[0], found.certain) == ("Europe/Moscow", "")
    assert {WINTER.astimezone(ZoneInfo(zone)).utcoffset() for zone in found.zones} == {
        WINTER.astimezone(ZoneInfo("Europe/Moscow")).utcoffset()
    }
    assert "Africa/Nairobi" in found.zones
    assert likeliest(text, zones=ZONES) == ""


@pytest.mark.parametrize(
    ("text", "first"),
    [("МСК+2", "Asia/Yekaterinburg"), ("MSK-1", "Europe/Kaliningrad"), ("UTC+5:30", "Asia/Calcutta")],
)
def test_an_offset_may_be_that_from_moscow_or_have_minutes(text: str, first: str) -> None:
    assert offered(text).zones[0] == first


def test_an_offset_is_that_of_a_zone_at_the_time() -> None:
    summer = WINTER.replace(month=7)
    assert "Europe/Berlin" in offered("UTC+2", at=summer).zones
    assert "Europe/Berlin" not in offered("UTC+2").zones


@pytest.mark.parametrize(
    ("text", "zones"),
    [
        ("Благовещенск", ("Asia/Yekaterinburg", "Asia/Yakutsk")),
        ("Якутия", ("Asia/Yakutsk", "Asia/Vladivostok", "Asia/Srednekolymsk")),
        ("Москва, Омск", ("Europe/Moscow", "Asia/Omsk")),
    ],
)
def test_a_name_of_several_zones_is_certain_of_none(text: str, zones: tuple[str, ...]) -> None:
    assert offered(text) == Offer(zones)


def test_an_offset_tells_which_of_several_places_is_meant() -> None:
    assert offered("Благовещенск (UTC+9)") == Offer(("Asia/Yakutsk",), certain="Asia/Yakutsk")


def test_a_place_whose_offset_is_another_is_certain_of_no_zone() -> None:
    found = offered("Екатеринбург (UTC+3)")
    assert (found.zones[0], found.certain) == ("Asia/Yekaterinburg", "")


@pytest.mark.parametrize("text", ["", "Mars", "vip", "3", "79160000000", "UTC+99"])
def test_nothing_is_offered_for_what_names_no_zone(text: str) -> None:
    assert offered(text) == Offer()


def test_only_zones_that_are_known_are_offered() -> None:
    assert set(NEAR) <= ZONES
    assert offer("Москва", zones=frozenset({"Asia/Omsk"}), at=WINTER) == Offer()


def test_every_name_of_the_list_is_found_as_it_stands_there() -> None:
    assert [(name, zone) for name, zone in NAMES if zone not in offered(name).zones] == []
    assert [name for name, _zone in NAMES if name != zone_key(name)] == []


@example("GMT+0", str.lower)
@given(st.sampled_from(sorted(ZONES)), st.sampled_from([str.lower, str.upper, str.title]))
@settings(max_examples=examples(100))
def test_an_iana_name_in_any_case_is_certain(zone: str, written: object) -> None:
    assert offered(written(zone)).certain == zone  # type: ignore[operator]


@given(st.text(max_size=30))
@settings(max_examples=examples(200))
def test_any_text_is_offered_known_zones_and_its_key_stays_as_it_is(text: str) -> None:
    assert set(offered(text).zones) <= ZONES
    assert zone_key(zone_key(text)) == zone_key(text)
