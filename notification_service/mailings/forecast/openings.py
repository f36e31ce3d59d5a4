"""When hours open and close in a zone, read only as far ahead as somebody looks. Pure."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from notification_service.mailings.send_window import CALENDAR_END, Hours, find_zone, is_open, unchanged_until

FOR_EVER = float("inf")
WEEK_SECONDS = 7 * 86_400.0  # whoever has longer is in no hurry
# Zones whose clocks agree on so many days from a moment on count as one.
COMPARED_DAYS = (0, 3, 6, 9, 12, 15, 18, 21, 28, 42, 56, 84, 112, 168, 224, 280, 336)
LAST = CALENDAR_END.timestamp()


@dataclass(frozen=True, slots=True)
class Span:
    is_open: bool
    until: float  # seconds since the epoch


NEVER, ALWAYS = Span(is_open=False, until=FOR_EVER), Span(is_open=True, until=FOR_EVER)


class Openings:
    """Of hours in one zone. A zone that this machine does not know never opens."""

    def __init__(self, hours: Hours, zone: ZoneInfo | None, *, since: float) -> None:
        self._hours = hours
        self._zone = zone
        self._since = since
        self._ends: list[float] = []
        self._spans: list[Span] = []
        self._open_by: list[float] = []  # seconds, by each of the ends
        self._asked, self._answer = (0.0, 0.0), 0.0

    def span(self, at: float) -> Span:
        """Return whether the hours are open at `at`, which is not before `since`, and how long that lasts."""
        if not self._hours:
            return ALWAYS
        if self._zone is None or at >= LAST:
            return NEVER
        while not self._ends or self._ends[-1] <= at:
            self._read_on(self._zone)
        return self._spans[bisect_right(self._ends, at)]

    def open_seconds(self, at: float, until: float) -> float:
        """Return for how long the hours are open in between, up to a week on."""
        until = min(until, at + WEEK_SECONDS, LAST)
        if not self._hours or until <= at:
            return max(0.0, until - at)
        if self._asked != (at, until):  # as every mailing with these hours and this end does at a step
            self.span(until)
            self._asked, self._answer = (at, until), self._opened(until) - self._opened(at)
        return self._answer

    def _opened(self, at: float) -> float:
        """Return the same from the beginning."""
        if self._zone is None:
            return 0.0
        place = bisect_right(self._ends, at)
        before, since = (self._open_by[place - 1], self._ends[place - 1]) if place else (0.0, self._since)
        return before + (at - since if self._spans[place].is_open else 0.0)

    def _read_on(self, zone: ZoneInfo) -> None:
        begins = datetime.fromtimestamp(self._ends[-1] if self._ends else self._since, UTC)
        state = is_open(self._hours, zone=zone, at=begins)
        until = unchanged_until(self._hours, zone=zone, at=begins).timestamp()
        if self._spans and self._spans[-1].is_open == state:
            self._open_by[-1] += until - self._ends[-1] if state else 0.0
            self._ends[-1], self._spans[-1] = until, Span(state, until)
        else:
            lasts = until - begins.timestamp() if state else 0.0
            self._open_by.append((self._open_by[-1] if self._open_by else 0.0) + lasts)
            self._ends.append(until)
            self._spans.append(Span(state, until))


class Calendar:
    """The openings of all hours and zones from one moment on, each read once."""

    def __init__(self, *, since: float) -> None:
        self._since = since
        self._openings: dict[tuple[Hours, str], Openings] = {}
        self._clocks: dict[str, object] = {}
        start = datetime.fromtimestamp(since, UTC)
        days = (start + timedelta(days=day) for day in COMPARED_DAYS)
        self._days = [day for day in days if day < CALENDAR_END]

    def openings(self, hours: Hours, zone: str) -> Openings:
        if (hours, zone) not in self._openings:
            self._openings[hours, zone] = Openings(hours, find_zone(zone), since=self._since)
        return self._openings[hours, zone]

    def groups(self, zones: Iterable[str], *, hours: Hours) -> list[list[str]]:
        """Return the zones in groups whose clocks agree; all in one where no hours make a difference."""
        groups: dict[object, list[str]] = {}
        for zone in sorted(zones):
            groups.setdefault(self._clock(zone) if hours else None, []).append(zone)
        return list(groups.values())

    def _clock(self, name: str) -> object:
        if name not in self._clocks:
            zone = find_zone(name)
            self._clocks[name] = zone and tuple(day.astimezone(zone).utcoffset() for day in self._days)
        return self._clocks[name]
