"""The database's clock, and which zones are open by it. A worker's own clock does not matter."""

import time
from datetime import UTC, datetime, timedelta

from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.send_window import (
    Hours,
    find_zone,
    is_open,
    next_opening,
    unchanged_until,
)

MAX_REMEMBERED = 10_000


class DatabaseClock:
    """Seconds since the epoch by the database's clock, continued by this machine's steady clock."""

    def __init__(self) -> None:
        self._ahead = time.time() - steady_seconds()
        self.fast_by_at_most = 0.0  # seconds: a deadline may come early by these; an opening must not

    def set_ahead(self, seconds: float, *, fast_by_at_most: float = 0.0) -> None:
        self._ahead, self.fast_by_at_most = seconds, fast_by_at_most

    def time_at(self, steady: float) -> float:
        """The database's time of a moment in steady_seconds()."""
        return steady + self._ahead

    def time(self) -> float:
        return self.time_at(steady_seconds())

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)


class UnknownZoneError(Exception):
    """This machine's tzdata does not have the zone."""


class OpenZones:
    """Remembers for each zone whether the hours are open there, until that can change.

    Hours that close within `guard_seconds` count as closed: a busy machine may start a request late.
    """

    def __init__(self, clock: DatabaseClock, *, guard_seconds: float = 0.0) -> None:
        self._clock = clock
        self._guard = timedelta(seconds=guard_seconds)
        self._known: dict[tuple[Hours, str], tuple[float, float, datetime | None]] = {}

    def opening(self, hours: Hours, timezone: str) -> datetime | None:
        """None while a request may start in the zone; else the next opening. Raises UnknownZoneError."""
        now = self._clock.time()
        known = self._known.get((hours, timezone))
        if known is None or not known[0] <= now < known[1]:
            known = self._known[hours, timezone] = self._look(hours, timezone)
            if len(self._known) > MAX_REMEMBERED:
                self._known.clear()
        return known[2]

    def _look(self, hours: Hours, timezone: str) -> tuple[float, float, datetime | None]:
        now, zone = self._clock.now(), find_zone(timezone)
        if zone is None:
            raise UnknownZoneError(timezone)
        slow = now - timedelta(seconds=self._clock.fast_by_at_most)
        seems_open = is_open(hours, zone=zone, at=now)
        if seems_open and is_open(hours, zone=zone, at=slow):
            changes = unchanged_until(hours, zone=zone, at=now)
            stays_open = is_open(
                hours, zone=zone, at=changes
            )  # at midnight, say, between two days of its own
            until = changes if stays_open else changes - self._guard
            if now < until:
                return now.timestamp(), until.timestamp(), None
            opening = next_opening(hours, zone=zone, at=changes)
            return now.timestamp(), changes.timestamp(), opening
        opening = next_opening(hours, zone=zone, at=slow if seems_open else now)
        return now.timestamp(), opening.timestamp(), opening
