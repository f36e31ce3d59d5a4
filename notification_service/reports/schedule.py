"""Which day to report, and when a day begins and ends in its zone. Pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)


def day_before(now: datetime, *, zone: ZoneInfo) -> date:
    """Yesterday by the zone's clocks."""
    return now.astimezone(zone).date() - DAY


def is_time(now: datetime, *, at: time, zone: ZoneInfo) -> bool:
    """Return whether the zone's clocks show `at` or later. A time that they skip has come after the jump."""
    return now.astimezone(zone).time() >= at


def bounds(day: date, *, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first moment of the day and of the next: 23, 24 or 25 hours apart."""
    return _start(day, zone), _start(day + DAY, zone)


def _start(day: date, zone: ZoneInfo) -> datetime:
    """If midnight comes twice, the first one; if clocks skip it, the moment of the jump."""
    return datetime.combine(day, time.min, zone).astimezone(UTC)
