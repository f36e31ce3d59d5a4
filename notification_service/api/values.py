"""Reads values from texts in a path, a query or a body. Pure.

Each function raises ValueError with words for the caller.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, time

from notification_service.directory.rules import matches

INT64_MAX = 2**63 - 1
DIGITS = re.compile("0|[1-9][0-9]{0,18}")
TIME_OF_DAY = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?")


class RowId:
    """An id in a path, if the database can have given it; anything else is not found."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        number = int(value)
        if number > INT64_MAX:
            raise ValueError("past int64")
        return number

    def to_url(self, value: int) -> str:
        return str(value)


def moment_of(seconds: float) -> datetime:
    """Return whole seconds since the epoch as a time; parts of them are dropped."""
    return datetime.fromtimestamp(int(seconds), UTC)


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


def parse_time_of_day(text: object) -> time:
    if not isinstance(text, str) or not TIME_OF_DAY.fullmatch(text):
        raise ValueError("Must be a time of day such as 09:00 or 21:30:15.")
    return time.fromisoformat(text)
