"""What a text must be to stand for a value, in a path, a query or a body: the one place that reads it. Pure.

Each function raises ValueError with words for the caller.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time

from notification_service.directory.rules import matches

INT64_MAX = 2**63 - 1
DIGITS = re.compile("0|[1-9][0-9]{0,18}")
MOMENT = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)"
    r"([Zz]|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")
LATEST = datetime(9999, 12, 30, tzinfo=UTC)  # leaves every zone a day before Python's calendar ends

NOT_A_MOMENT = "Must be a time in ISO 8601, such as 2030-01-31T09:00:00+03:00."
NO_OFFSET = "The time has no offset from UTC; write it as 2030-01-31T09:00:00+03:00."
OUT_OF_RANGE = "The time is outside the calendar."


class RowId:
    """A path's id that the database could have given: whatever else is in its place is simply not found."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > INT64_MAX:
            raise ValueError("past int64")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


def parse_whole(text: str, *, least: int, most: int) -> int:
    if not DIGITS.fullmatch(text) or not least <= int(text) <= most:
        raise ValueError(f"Must be a whole number from {least} to {most}.")
    return int(text)


def parse_choice(text: str, *, choices: Sequence[str]) -> str:
    if text not in choices:
        raise ValueError(f"Must be one of: {', '.join(choices)}.")
    return text


def parse_text(text: str, *, pattern: str, most: int) -> str:
    if len(text) > most or not matches(pattern, text):
        raise ValueError(f"Must match {pattern} and have no more than {most} characters.")
    return text


def parse_datetime(text: str) -> datetime:
    """The instant, in UTC."""
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


def parse_time_of_day(text: object) -> time:
    if not isinstance(text, str) or not TIME_OF_DAY.fullmatch(text):
        raise ValueError("Must be a time of day such as 09:00 or 21:30:15.")
    return time.fromisoformat(text)
