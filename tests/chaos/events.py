"""What a schedule is made of. Pure."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

HOUR = 3600.0
ZONES = (
    *("Pacific/Auckland", "Asia/Kamchatka", "Asia/Vladivostok", "Asia/Tokyo", "Asia/Omsk", "Asia/Kathmandu"),
    *("Asia/Kolkata", "Asia/Yekaterinburg", "Asia/Kabul", "Europe/Samara", "Asia/Tehran", "Europe/Moscow"),
    *(
        "Europe/Kaliningrad",
        "Europe/Berlin",
        "UTC",
        "Atlantic/Azores",
        "America/Sao_Paulo",
        "America/Caracas",
    ),
    *("America/St_Johns", "America/New_York", "America/Denver", "Pacific/Honolulu", "Pacific/Marquesas"),
)


@dataclass(frozen=True, slots=True)
class Event:
    at: float
    action: str
    subject: int = 0
    details: dict[str, Any] = field(default_factory=dict)


def window_plan(random: Random, at: float) -> dict[str, Any] | None:
    """A window by the local time of `zone` at two moments, some on one day of the week alone; other zones are
    shifted against it.
    """
    kind = random.choice(["none", "none", "closing", "opening", "short", "gap", "wide", "day"])
    soon, later = at + random.uniform(1, 6), at + random.uniform(7, 15)
    edges = {
        "closing": (at - random.uniform(1, 9) * HOUR, soon),
        "opening": (soon, at + random.uniform(1, 9) * HOUR),
        "short": (soon, later),
        "gap": (later, soon),  # closed from soon to later, and open across midnight
        "wide": (at - 11 * HOUR, at + 11 * HOUR),
        "day": (at, at),  # all of it, and no other: elsewhere it is tomorrow, or yesterday
    }.get(kind)
    if edges is None:
        return None
    hours = {"zone": random.choice(ZONES), "opens": edges[0], "closes": edges[1]}
    return hours | {"is_whole_day": kind == "day", "has_weekday": random.random() < 0.25}
