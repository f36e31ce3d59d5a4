"""How the first attempts of a mailing are spread over time, in each time zone. Pure.

The period begins with the mailing or, in a zone whose hours are closed then, when they first open. It lasts
for the minutes of the spread, but not beyond the end of the mailing. Attempts are spread evenly over the time
in it in which the hours are open.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notification_service.mailings.send_window import Hours, find_zone, is_open, open_times, opening_in

MOST_MINUTES = 10_080  # a week
# Before the hours close or the mailing ends, in which no attempt is planned: it could no longer be made, or
# not be repeated. At most a tenth of what is open.
SPARE_SECONDS = 60.0
SPARE_PART = 0.1


class Part(NamedTuple):
    """Those whose place in the order, from 0 to 1, is in [first, last): evenly over `seconds` from `at`."""

    first: float
    last: float
    at: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Period:
    """Of a mailing that is spread, in every zone."""

    begins: datetime  # with the mailing
    minutes: float
    end_at: datetime
    hours: Hours

    def parts(self, zone_name: str, *, since: datetime) -> list[Part]:
        """Return when the messages of a zone are to be attempted that are unsent at the instant `since`.

        Where nothing of the period is left, or it never opens, all of them come at once: when the hours open
        next, or else at the end of the mailing, where they wait for a change, as without a spread.
        """
        opening = opening_in(zone_name, hours=self.hours, at=since, end_at=self.end_at)
        zone = find_zone(zone_name if self.hours else "UTC")
        stretches = list(self._stretches(zone, since)) if zone else []
        return list(_shared_out(stretches)) or [Part(0.0, 1.0, opening, 0.0)]

    def _stretches(self, zone: ZoneInfo, since: datetime) -> Iterator[tuple[datetime, float]]:
        """Yield when each stretch of the rest of the period begins, and the seconds of it to plan in."""
        begins = opening_in(zone.key, hours=self.hours, at=self.begins, end_at=self.end_at)
        ends = min(begins + timedelta(minutes=self.minutes), self.end_at)
        for opens, closes in open_times(self.hours, zone=zone, start=max(begins, since), end=ends):
            seconds = (closes - opens).total_seconds()
            is_closing = closes == self.end_at or not is_open(self.hours, zone=zone, at=closes)
            spare = min(SPARE_SECONDS, seconds * SPARE_PART) if is_closing else 0.0
            yield opens, seconds - spare


def spread_fault(minutes: int | None, *, lasts: timedelta) -> str | None:
    """Return what is wrong with the minutes of a mailing that lasts so long; None: nothing."""
    if minutes is None:
        return None
    if not 1 <= minutes <= MOST_MINUTES:
        return f"Must be from 1 to {MOST_MINUTES}."
    is_longer = timedelta(minutes=minutes) > lasts
    return "Must not be longer than the mailing, from start to end." if is_longer else None


def _shared_out(stretches: list[tuple[datetime, float]]) -> Iterator[Part]:
    whole, before = sum(seconds for _, seconds in stretches), 0.0
    for number, (opens, seconds) in enumerate(stretches, start=1):
        last = 1.0 if number == len(stretches) else (before + seconds) / whole
        yield Part(before / whole, last, opens, seconds)
        before += seconds
