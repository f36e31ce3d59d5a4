"""Instants near the clock changes of every zone."""

import importlib.resources
import struct
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

ZONES = sorted(available_timezones() - {"localtime", "Factory", "posixrules"})
# Half-hour clock changes, a day skipped, a two-hour change, a change for Ramadan, quarters of an hour.
ODD_ZONES = [
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Antarctica/Troll",
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "Asia/Pyongyang",
    "America/Caracas",
    "Pacific/Kwajalein",
    "Asia/Gaza",
    "Europe/Volgograd",
    "Antarctica/Casey",
]
BEGIN, END = datetime(1975, 1, 1, tzinfo=UTC), datetime(2037, 1, 1, tzinfo=UTC)


@cache
def clock_changes(name: str) -> list[int]:
    """Seconds since the epoch at which the zone's offset may change: of the past, and of a year to come."""
    return listed_changes(name) + changes_of_2027(ZoneInfo(name))


def listed_changes(name: str) -> list[int]:
    """Those in the compiled zone (RFC 8536), which leaves the years after the last new rule to a formula."""
    compiled = importlib.resources.files("tzdata.zoneinfo").joinpath(*name.split("/")).read_bytes()
    utc, standard, leaps, transitions, types, letters = struct.unpack(">6l", compiled[20:44])
    header = 44 + transitions * 5 + types * 6 + letters + leaps * 8 + standard + utc
    [transitions] = struct.unpack(">l", compiled[header + 32 : header + 36])
    moments = struct.unpack_from(f">{transitions}q", compiled, header + 44)
    return [moment for moment in moments if BEGIN.timestamp() < moment < END.timestamp()]


def changes_of_2027(zone: ZoneInfo) -> list[int]:
    days = [datetime(2027, 1, 1, tzinfo=UTC) + timedelta(days=day) for day in range(365)]
    offsets = [day.astimezone(zone).utcoffset() for day in days]
    changed = [day for day, (before, after) in zip(days, pairwise(offsets), strict=False) if before != after]
    hours = [day + timedelta(hours=hour) for day in changed for hour in range(24)]
    later = timedelta(hours=1)
    return [
        int((hour + later).timestamp())
        for hour in hours
        if hour.astimezone(zone).utcoffset() != (hour + later).astimezone(zone).utcoffset()
    ]


@st.composite
def instants(draw: st.DrawFn, name: str) -> datetime:
    """Mostly within a day and a half of a clock change, where the zone has any."""
    changes = clock_changes(name)
    if changes and draw(st.integers(0, 9)) > 0:
        change = draw(st.sampled_from(changes))
        near = change + draw(st.integers(-36 * 3600, 4 * 3600))
        near_instant = datetime.fromtimestamp(near, UTC)
        return near_instant + timedelta(microseconds=draw(st.sampled_from([0, 1, 999_999])))
    return draw(st.datetimes(BEGIN.replace(tzinfo=None), END.replace(tzinfo=None), timezones=st.just(UTC)))
