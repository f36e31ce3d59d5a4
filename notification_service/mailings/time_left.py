"""How much time a message has left to be sent in: what closes first goes first. Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from notification_service.mailings.send_window import Hours, find_zone, open_times

LONGEST_LOOK = timedelta(days=7)  # whoever has longer is in no hurry


class TimeLeft(NamedTuple):
    """In the order of hurry: of those who have as much of it, whoever closes first is first."""

    quarters: int  # of an hour in which the hours are open until the end
    closing: float  # seconds until the hours close next, or the mailing ends

    @property
    def order(self) -> int:
        """Return a number that puts one before the other, as both do; at most about a million."""
        return self.quarters * 1500 + min(int(self.closing // 60), 1499)


def time_left(hours: Hours, zone_name: str, *, at: datetime, end_at: datetime) -> TimeLeft:
    """Return what is left from the instant `at` on; a zone whose hours are not known has no more than any."""
    latest = min(end_at, at + LONGEST_LOOK)
    zone = find_zone(zone_name) if hours else ZoneInfo("UTC")
    times = list(open_times(hours, zone=zone, start=at, end=latest)) if zone and hours else [(at, latest)]
    seconds = sum((closes - opens).total_seconds() for opens, closes in times)
    closing = (times[0][1] - at).total_seconds() if times else 0.0
    return TimeLeft(round(max(0.0, seconds) / 900), max(0.0, closing))
