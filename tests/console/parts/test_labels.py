"""Times where two zones meet: the client's first, the operator's beside it."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from notification_service.console.parts import labels
from notification_service.console.parts.countries import COUNTRY
from notification_service.mailings.public_holidays import countries

DAY = datetime(2098, 11, 30, 6, 0, tzinfo=UTC)
EVENING = datetime(2098, 11, 30, 21, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("yours", "zone", "at", "words"),
    [
        ("UTC", "Europe/Moscow", DAY, "30 November, 09:00 in Moscow (06:00 yours)"),
        ("Europe/Moscow", "Europe/Moscow", DAY, "30 November, 09:00 in Moscow"),
        ("Europe/Moscow", "Europe/Minsk", DAY, "30 November, 09:00 in Europe/Minsk"),
        ("UTC", "Asia/Kamchatka", EVENING, "1 December, 09:30 in Kamchatka (30 November, 21:30 yours)"),
        ("UTC", "MSK", DAY, "30 November, 06:00"),
        ("UTC", "", DAY, "30 November, 06:00"),
    ],
)
def test_a_time_is_said_by_the_clients_clock_and_by_the_operators(
    yours: str, zone: str, at: datetime, words: str
) -> None:
    with timezone.override(ZoneInfo(yours)):
        assert labels.both_clocks(at, zone) == words


def test_a_time_of_today_is_said_without_the_day() -> None:
    with timezone.override(UTC):
        noon = timezone.now().replace(hour=12, minute=0)
        assert labels.both_clocks(noon, "Europe/Moscow") == "15:00 in Moscow (12:00 yours)"


def test_two_clocks_are_said_in_russian() -> None:
    with translation.override("ru"), timezone.override(UTC):
        assert labels.both_clocks(DAY, "Europe/Moscow") == "30 ноября, 09:00, Москва (у вас 06:00)"


@pytest.mark.parametrize("place", labels.PLACE_OF_ZONE.values())
def test_a_zone_is_called_by_a_place_that_has_words(place: str) -> None:
    assert place in labels.PLACE


HOURS = {
    "none": ((None, None), "any"),
    "hours": ((time(9), time(21)), "09:00–21:00"),
    "a night": ((time(22), time(6)), "22:00–06:00 the next day"),
    "days": ((None, None, ["mon", "tue", "wed", "fri", "sun"]), "Mon–Wed, Fri, Sun"),
    "all": (
        (time(9), time(21), ["sat", "sun"], "RU"),
        "09:00–21:00, Sat, Sun, not on public holidays (Russia)",
    ),
}


@pytest.mark.parametrize(("given", "words"), HOURS.values(), ids=HOURS)
def test_hours_are_told_with_their_days_and_holidays(given: tuple[Any, ...], words: str) -> None:
    assert labels.hours(*given) == words


def test_every_country_with_known_holidays_has_a_name() -> None:
    assert tuple(COUNTRY) == countries()
