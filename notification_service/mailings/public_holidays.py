"""Which days a country does not work, as the library `holidays` knows them. Pure; loads it when asked."""

import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
REMEMBERED_YEARS = 500  # of a country each
DAY = timedelta(days=1)


class UnknownCountryError(LookupError):
    """This machine's library does not have the country; another machine's may."""


@dataclass(frozen=True, slots=True)
class Year:
    holidays: frozenset[date]
    worked: frozenset[date]  # days of a weekend that count as working days
    working_week: frozenset[str]


def is_holiday(country: str, day: date) -> bool:
    return day in _year(country, day.year).holidays


def is_worked_weekend(country: str, day: date) -> bool:
    """Return whether the country works on this day of a weekend: a Saturday, say, in place of a Monday."""
    return day in _year(country, day.year).worked


def working_week(country: str, day: date) -> frozenset[str]:
    """The days of the week that the country works on at this time, by their names in DAYS."""
    return _year(country, day.year).working_week


@lru_cache(maxsize=1)
def countries() -> tuple[str, ...]:
    """The codes (ISO 3166-1 alpha-2) of the countries whose holidays are known."""
    import holidays  # ten megabytes and a third of a second, which few processes need

    return tuple(sorted(holidays.list_supported_countries(include_aliases=False)))


def named_holidays(country: str, first: date, last: date, *, language: str) -> Iterator[tuple[date, str]]:
    """Yield the holidays from `first` to `last`, named in the language if the library has it."""
    for year in range(first.year, last.year + 1):
        named = _calendar(country, year, language)
        days = _year(country, year).holidays
        yield from sorted((day, named[day]) for day in days if first <= day <= last)


@lru_cache(maxsize=REMEMBERED_YEARS)
def _year(country: str, year: int) -> Year:
    before, this, after = (_calendar(country, each) for each in (year - 1, year, year + 1))
    # A day that is worked may stand in for one of another year, in whose list it is then.
    worked = {day for each in (before, this, after) for day in each.weekend_workdays if day.year == year}
    return Year(
        holidays=frozenset({day for day in this if day.year == year} - worked),
        worked=frozenset(worked),
        working_week=frozenset(name for number, name in enumerate(DAYS) if number not in this.weekend),
    )


def _calendar(country: str, year: int, language: str = "") -> Any:
    """The library's. A year of which it knows nothing has no holidays. Raises UnknownCountryError."""
    import holidays  # as above

    try:
        empty = holidays.country_holidays(country, expand=False)
    except NotImplementedError:
        raise UnknownCountryError(country) from None
    if not empty.start_year <= year <= empty.end_year:
        return empty
    spoken = next(
        (each for each in empty.supported_languages if language and each.startswith(language)), None
    )
    with warnings.catch_warnings(action="ignore"):  # that some years have only the holidays of a fixed date
        return holidays.country_holidays(country, years=year, expand=False, language=spoken)
