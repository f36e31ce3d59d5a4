"""The public holidays that a mailing meets, for people: day, country and name."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language

from notification_service.mailings.public_holidays import named_holidays
from notification_service.mailings.send_window import Hours

MOST_SHOWN = 24
MOST_DAYS = 366


@dataclass(frozen=True, slots=True)
class Holiday:
    day: date
    name: str
    country: str


def holidays_ahead(hours: Hours, *, start: datetime, end: datetime) -> list[Holiday]:
    """Return the first few between the two, by the operator's calendar."""
    first = timezone.localtime(start).date()
    last = min(timezone.localtime(end).date(), first + timedelta(days=MOST_DAYS))
    countries = dict.fromkeys(window.holidays for window in hours if window.holidays)
    language = get_language() or "en"
    found = [
        Holiday(day, name, country)
        for country in countries
        for day, name in named_holidays(country, first, last, language=language)
    ]
    return sorted(found, key=lambda holiday: (holiday.day, holiday.country))[:MOST_SHOWN]
