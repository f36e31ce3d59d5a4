"""How a case of a parametrised test is named where its test gives no names: by its value, not as `query3`."""

from dataclasses import is_dataclass
from datetime import date, timedelta

MOST_CHARACTERS = 60
# What differs between processes may be in no name: those of a parallel run must find the same tests.
CHANGING = (" at 0x", "datetime.datetime(")


def case_name(value: object) -> str | None:
    """None leaves it to pytest."""
    if type(value) in (date, timedelta):
        return str(value)
    if isinstance(value, dict | list | tuple) or (is_dataclass(value) and not isinstance(value, type)):
        name = repr(value)
        return None if any(sign in name for sign in CHANGING) else name[:MOST_CHARACTERS]
    return None
