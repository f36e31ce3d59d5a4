"""Reads times with an offset, as the API and the filters take them; pure."""

import re
from datetime import UTC, datetime

MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)"
    r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
LATEST = datetime(9999, 12, 30, tzinfo=UTC)  # in every zone, a day before Python's calendar ends

NOT_A_MOMENT = "Must be a time in ISO 8601, such as 2030-01-31T09:00:00+03:00."
NO_OFFSET = "The time has no offset from UTC; write it as 2030-01-31T09:00:00+03:00."
OUT_OF_RANGE = "The time is outside the calendar."


def parse_datetime(text: str) -> datetime:
    """The instant, in UTC. Raises ValueError with words for the caller."""
    found = MOMENT.fullmatch(text)
    if not found:
        raise ValueError(NOT_A_MOMENT)
    day, clock, offset = found.groups()
    if offset is None:
        raise ValueError(NO_OFFSET)
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}").astimezone(UTC)
    except OverflowError:
        raise ValueError(OUT_OF_RANGE) from None
    except ValueError:
        raise ValueError(NOT_A_MOMENT) from None
    if moment > LATEST:
        raise ValueError(OUT_OF_RANGE)
    return moment
