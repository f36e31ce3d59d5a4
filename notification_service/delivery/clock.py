"""The database's clock, and which zones are open by it: what a worker's own clock says is of no account."""

import time
from datetime import UTC, datetime, timedelta

from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.send_window import (
    SendWindow,
    find_zone,
    is_open,
    next_opening,
    unchanged_until,
)

MAX_REMEMBERED = 10_000


class DatabaseClock:
    """Seconds since the epoch by the database's clock, carried on by this machine's steady one."""

    def __init__(self) -> None:
        self._ahead = time.time() - steady_seconds()
        self.fast_by_at_most = 0.0  # seconds: a deadline is met early by them; an opening must not be

    def set_ahead(self, seconds: float, *, fast_by_at_most: float = 0.0) -> None:
        self._ahead, self.fast_by_at_most = seconds, fast_by_at_most

    def time(self) -> float:
        return steady_seconds() + self._ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)


class UnknownZoneError(Exception):
    """This machine's tzdata does not have the zone."""


class OpenZones:
    """Remembers for each window and zone whether it is open, until that can change.

    A window that closes within `guard_seconds` is closed: a busy machine takes its time over a request.
    """

    def __init__(self, clock: DatabaseClock, *, guard_seconds: float = 0.0) -> None:
        self._clock = clock
        self._guard = timedelta(seconds=guard_seconds)
        self._known: dict[tuple[SendWindow, str], tuple[float, float, datetime | None]] = {}

    def opening(self, window: SendWindow, timezone: str) -> datetime | None:
        """None while a request may start in the zone; else when it opens next. Raises UnknownZoneError."""
        now = self._clock.time()
        known = self._known.get((window, timezone))
        if known is None or not known[0] <= now < known[1]:
            known = self._known[window, timezone] = self._look(window, timezone)
            if len(self._known) > MAX_REMEMBERED:
                self._known.clear()
        return known[2]

    def _look(self, window: SendWindow, timezone: str) -> tuple[float, float, datetime | None]:
        now, zone = self._clock.now(), find_zone(timezone)
        if zone is None:
            raise UnknownZoneError(timezone)
        slow = now - timedelta(seconds=self._clock.fast_by_at_most)
        seems_open = is_open(window, zone=zone, at=now)
        if seems_open and is_open(window, zone=zone, at=slow):
            changes = unchanged_until(window, zone=zone, at=now)
            if now < changes - self._guard:
                return now.timestamp(), (changes - self._guard).timestamp(), None
            opening = next_opening(window, zone=zone, at=changes)
            return now.timestamp(), changes.timestamp(), opening
        opening = next_opening(window, zone=zone, at=slow if seems_open else now)
        return now.timestamp(), opening.timestamp(), opening
