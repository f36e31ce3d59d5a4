"""When the messages of a mailing are first due, by their clients' time zones: columns for its statements."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from notification_service.mailings import contact_hours
from notification_service.mailings.models import Mailing
from notification_service.mailings.send_window import opening_in
from notification_service.mailings.spread import Part, Period
from notification_service.mailings.time_left import time_left

# Chunks of an audience that are written within it share what is computed for their zones.
SPREAD_FROM_SECONDS = 10


def opening_columns(
    mailing: Mailing, zones: Iterable[str], *, now: datetime, due_since: datetime
) -> dict[str, list[Any]]:
    """Return when the messages of each zone are due, as the statements take it.

    Where several zones are open, whoever has the least time left is due before the others, by fractions of a
    second before `due_since`: a claim takes what is due for longest.
    """
    hours, names = contact_hours.hours_of(mailing), sorted(zones)
    openings = [opening_in(name, hours=hours, at=now, end_at=mailing.end_at) for name in names]
    if hours and openings.count(now) > 1:
        openings = [
            at if at > now else due_since - time_left(hours, name, at=now, end_at=mailing.end_at).ahead
            for name, at in zip(names, openings, strict=True)
        ]
    return {"zones": names, "openings": openings}


def spread_columns(mailing: Mailing, zones: Iterable[str], *, since: datetime) -> dict[str, list[Any]]:
    """Return the parts of each zone's period after the instant `since`, as columns."""
    period = period_of(mailing)
    named = [(name, part) for name in sorted(zones) for part in _parts(period, name, since)]
    return {
        "part_zones": [name for name, _ in named],
        "part_firsts": [part.first for _, part in named],
        "part_lasts": [part.last for _, part in named],
        "part_times": [part.at for _, part in named],
        "part_seconds": [part.seconds for _, part in named],
    }


def period_of(mailing: Mailing) -> Period:
    """Return the period of a mailing that is spread, and has begun or begins at its start."""
    return Period(
        begins=mailing.started_at or mailing.start_at,
        minutes=mailing.spread_minutes or 0,
        end_at=mailing.end_at,
        hours=contact_hours.hours_of(mailing),
    )


def spread_from(now: datetime) -> datetime:
    return now - timedelta(seconds=now.second % SPREAD_FROM_SECONDS, microseconds=now.microsecond)


@lru_cache(maxsize=4096)
def _parts(period: Period, zone_name: str, since: datetime) -> tuple[Part, ...]:
    return tuple(period.parts(zone_name, since=since))
