"""How much time a message has left to be sent in: what closes first goes first. Pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from notification_service.mailings.public_holidays import UnknownCountryError
from notification_service.mailings.send_window import Hours, find_zone, open_times

DAY = timedelta(days=1)
LONGEST_LOOK = 7 * DAY  # whoever has longer is in no hurry
MOST_ORDER = 7 * 24 * 4 * 1500 + 1500


class TimeLeft(NamedTuple):
    """In seconds."""

    open: float  # in which the hours are open until the end
    closing: float  # until they close next, or the end comes; 0: they are closed

    @property
    def ahead(self) -> timedelta:
        """Return how much sooner it is due than what has the most time: about a second at most.

        Of those who have as many quarters of an hour, whoever closes first is first.
        """
        order = round(self.open / 900) * 1500 + min(int(self.closing // 60), 1499)
        return timedelta(microseconds=MOST_ORDER - order)


def time_left(hours: Hours, zone_name: str, *, at: datetime, end_at: datetime) -> TimeLeft:
    """Return what is left from the instant `at` on: as much as any has, if the hours are not known here."""
    now, ends = at.timestamp(), min(end_at, at + LONGEST_LOOK).timestamp()
    if not hours:
        return TimeLeft(max(0.0, ends - now), max(0.0, ends - now))
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    stretches = [
        (max(opens, now), min(closes, ends))
        for opens, closes in _stretches(hours, zone_name, day, min(end_at, day + LONGEST_LOOK + DAY))
        if closes > now and opens < ends
    ]
    if not stretches:
        return TimeLeft(0.0, 0.0)
    opens, closes = stretches[0]
    return TimeLeft(sum(end - start for start, end in stretches), closes - now if opens <= now else 0.0)


@lru_cache(maxsize=10_000)  # a claim asks for each mailing, several times a second
def _stretches(hours: Hours, zone_name: str, start: datetime, end: datetime) -> list[tuple[float, float]]:
    try:
        zone = find_zone(zone_name)
        times = [*open_times(hours, zone=zone, start=start, end=end)] if zone else [(start, end)]
    except UnknownCountryError:
        times = [(start, end)]
    return [(opens.timestamp(), closes.timestamp()) for opens, closes in times]
