"""Local-time arithmetic: when a client may be messaged. Pure, and knows nothing of mailings."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

DAY = timedelta(days=1)
HOUR_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class SendWindow:
    """The hours of the day, in the client's own time, when requests may start: `opens` <= t < `closes`.

    A window whose `closes` comes before its `opens` crosses midnight. The two are never equal.
    """

    opens: time
    closes: time

    def contains(self, local: time) -> bool:
        if self.opens < self.closes:
            return self.opens <= local < self.closes
        return local >= self.opens or local < self.closes


def find_zone(name: str) -> ZoneInfo | None:
    """None for a zone that this machine's tzdata does not have, though another's may."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_open(window: SendWindow, *, zone: ZoneInfo, at: datetime) -> bool:
    """Whether a request may start at the instant `at` (aware) for a client who lives in `zone`."""
    return window.contains(at.astimezone(zone).time())


def next_opening(window: SendWindow | None, *, zone: ZoneInfo, at: datetime) -> datetime:
    """The first instant from `at` on (aware; the result is in UTC) when the window is open in `zone`.

    Right through clock changes: an opening that the clocks skip comes when they have jumped, a window
    that they skip whole does not open that day, and one that they turn back into opens again.
    """
    at = at.astimezone(UTC)
    while window is not None and not is_open(window, zone=zone, at=at):
        opening = _next_time_of_day(window.opens, zone=zone, at=at)
        at = _first_clock_change(zone, after=at, until=opening) or opening
    return at


def unchanged_until(window: SendWindow, *, zone: ZoneInfo, at: datetime) -> datetime:
    """An instant after `at` (aware; the result is in UTC) until which `is_open` says the same as at `at`."""
    at = at.astimezone(UTC)
    edges = (_next_time_of_day(edge, zone=zone, at=at) for edge in (window.opens, window.closes))
    edge = min(edge if edge > at else edge + DAY for edge in edges)
    return _first_clock_change(zone, after=at, until=edge) or edge


def _next_time_of_day(wanted: time, *, zone: ZoneInfo, at: datetime) -> datetime:
    """The first instant from `at` on when it is `wanted` in `zone`, if the clocks do not change before."""
    local = at.astimezone(zone)
    wait = datetime.combine(local, wanted) - local.replace(tzinfo=None)
    return at + wait % DAY


def _first_clock_change(zone: ZoneInfo, *, after: datetime, until: datetime) -> datetime | None:
    """The first instant in (`after`, `until`] when the zone's offset from UTC is another one.

    No zone has ever changed its offset twice within an hour, so hourly steps cannot miss a change.
    """
    start, end = int(after.timestamp()), int(until.timestamp())
    offset = _offset(zone, start)
    for step in range(start, end, HOUR_SECONDS):
        later = min(step + HOUR_SECONDS, end)
        if _offset(zone, later) != offset:
            return datetime.fromtimestamp(_bisect_change(zone, step, later), UTC)
    return None


def _bisect_change(zone: ZoneInfo, before: int, after: int) -> int:
    offset = _offset(zone, before)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(zone, middle) == offset:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: ZoneInfo, seconds: int) -> timedelta | None:
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone).utcoffset()
