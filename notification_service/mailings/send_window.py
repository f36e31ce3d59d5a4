"""Local-time arithmetic: when a client may get messages. Pure, and knows nothing of mailings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from notification_service.mailings.public_holidays import (
    DAY,
    DAYS,
    is_holiday,
    is_worked_weekend,
    working_week,
)

HOUR_SECONDS = 3600
LONGEST_LOOK = timedelta(days=100)  # for the next opening: hours that never come together have none
# Between the first and the last place on earth where a day begins.
EARLIEST_ZONE, LATEST_ZONE = timedelta(hours=14), timedelta(hours=-12)
CALENDAR_END = datetime(9999, 12, 30, tzinfo=UTC)  # in every zone, a day before Python's


@dataclass(frozen=True, slots=True)
class SendWindow:
    """When requests may start, in the client's own time: on these days, where `opens` <= t < `closes`.

    A window whose `closes` comes before its `opens` crosses midnight, and all of it belongs to the day on
    which it opens. Where the two are equal, both are midnight, and the window is the whole day.
    """

    opens: time = time.min
    closes: time = time.min
    days: frozenset[str] | None = None  # of DAYS; None: each
    holidays: str = ""  # a country, on whose public holidays it does not open

    def contains(self, local: datetime) -> bool:
        clock, day = local.time(), local.date()
        if self.opens < self.closes:
            return self.opens <= clock < self.closes and self.opens_on(day)
        if clock >= self.opens:
            return self.opens_on(day)
        return clock < self.closes and self.opens_on(day - DAY)

    def opens_on(self, day: date) -> bool:
        if self.holidays and is_holiday(self.holidays, day):
            return False
        if self.days is None or DAYS[day.weekday()] in self.days:
            return True
        # A Saturday that the country works is a working day, for whoever means its working days.
        is_worked = bool(self.holidays) and is_worked_weekend(self.holidays, day)
        return is_worked and working_week(self.holidays, day) <= self.days


# All of them hold at once; none: at any time.
Hours = tuple[SendWindow, ...]


def window_of(
    opens: time | None, closes: time | None, days: list[str] | None, holidays: str | None
) -> SendWindow | None:
    """Return the window of a row's four columns; None where none of them restricts anything."""
    if opens is None and not days and not holidays:
        return None
    return SendWindow(
        opens=opens or time.min,
        closes=closes or time.min,
        days=frozenset(days) if days else None,
        holidays=holidays or "",
    )


def find_zone(name: str) -> ZoneInfo | None:
    """Return None for a zone that this machine's tzdata does not have; another machine's may."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def is_open(hours: Hours, *, zone: ZoneInfo, at: datetime) -> bool:
    """Return whether a request may start at the instant `at` (aware) for a client who lives in `zone`."""
    local = at.astimezone(zone)
    return all(window.contains(local) for window in hours)


def next_opening(hours: Hours, *, zone: ZoneInfo, at: datetime) -> datetime:
    """Return the first instant from `at` on (aware; the result is in UTC) when the hours are open in `zone`.

    Clock changes are right: an opening that the clocks skip comes with the jump, a window that they skip as a
    whole does not open that day, and a window that they go back into opens again.

    If the hours do not open within LONGEST_LOOK, return its end: there it is time to look again.
    """
    at = at.astimezone(UTC)
    latest = min(at, CALENDAR_END - LONGEST_LOOK) + LONGEST_LOOK
    while at < latest and not is_open(hours, zone=zone, at=at):
        at = unchanged_until(hours, zone=zone, at=at)
    return at


def opening_in(zone_name: str, *, hours: Hours, at: datetime, end_at: datetime) -> datetime:
    """Return when the hours open from `at` on in the zone of this name, for what ends at `end_at`.

    PostgreSQL knows names that Python does not (`MSK`). For such a client the right hours are not known, so
    the message waits for the deadline, or for a better zone. So it does where the hours never open.
    """
    if (zone := find_zone(zone_name)) is None:
        return max(at, end_at) if hours else at
    opening = next_opening(hours, zone=zone, at=at)
    return opening if is_open(hours, zone=zone, at=opening) else max(at, end_at)


def unchanged_until(hours: Hours, *, zone: ZoneInfo, at: datetime) -> datetime:
    """Return an instant after `at` (aware; the result is in UTC) until which `is_open` stays the same."""
    at = at.astimezone(UTC)
    times = {edge for window in hours for edge in (window.opens, window.closes)}
    edges = (_next_time_of_day(edge, zone=zone, at=at) for edge in times)
    edge = min((edge if edge > at else edge + DAY for edge in edges), default=at + DAY)
    return _first_clock_change(zone, after=at, until=edge) or edge


def open_times(
    hours: Hours, *, zone: ZoneInfo, start: datetime, end: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Yield when the hours open and close in `zone` from `start` until `end` (aware; the results too)."""
    at = next_opening(hours, zone=zone, at=start)
    while at < end and is_open(hours, zone=zone, at=at):
        closes = at
        while closes < end and is_open(hours, zone=zone, at=closes):
            closes = unchanged_until(hours, zone=zone, at=closes)
        yield at, min(closes, end)
        at = next_opening(hours, zone=zone, at=closes)


def opens_somewhere(hours: Hours, *, start: datetime, end: datetime) -> bool:
    """Return whether the hours are open between the two instants in any place on earth.

    Where each place has its own offset from UTC, the local times that come up are one after the other.
    """
    opening = next_opening(hours, zone=ZoneInfo("UTC"), at=start + LATEST_ZONE)
    return opening < min(end, CALENDAR_END - EARLIEST_ZONE) + EARLIEST_ZONE


def ever_open(hours: Hours) -> bool:
    """Return whether the hours come together in an ordinary week, without holidays."""
    plain = tuple(SendWindow(window.opens, window.closes, window.days) for window in hours)
    monday = datetime(2001, 1, 1, tzinfo=UTC)
    return next_opening(plain, zone=ZoneInfo("UTC"), at=monday) < monday + 7 * DAY


def _next_time_of_day(wanted: time, *, zone: ZoneInfo, at: datetime) -> datetime:
    """Return the first instant from `at` on when it is `wanted` in `zone`, if the clocks do not change."""
    local = at.astimezone(zone)
    wait = datetime.combine(local, wanted) - local.replace(tzinfo=None)
    return at + wait % DAY


def _first_clock_change(zone: ZoneInfo, *, after: datetime, until: datetime) -> datetime | None:
    """Return the first instant in (`after`, `until`] at which the zone's offset from UTC differs.

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
