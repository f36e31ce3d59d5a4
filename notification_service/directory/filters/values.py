"""What a field of a client may be compared with; pure."""

import math
from collections.abc import Callable
from typing import Any

from notification_service.directory.filters.faults import NOT_TEXT, UNSTORABLE_TEXT, Place, Reading
from notification_service.directory.filters.operators import OF_TEXT, ORDER, Op
from notification_service.directory.rules import (
    NOT_IN_A_LINE,
    NUMBER_LIMIT,
    TAG_LENGTH,
    is_storable,
    tag_of,
    visible,
)
from notification_service.directory.times import parse_datetime

TEXT_LENGTH = 1000
MOST_VALUES = 1000

Refuse = Callable[[str], None]


def read_value(data: Any, field: str, op: Op, place: Place, reading: Reading) -> Any:
    """Return the value as it is compared; if something is wrong with it, `reading` says what."""
    if op is Op.EXISTS:
        if not isinstance(data, bool):
            reading.refuse(place, "Must be true or false.")
        return data
    if op is not Op.IN:
        return _read_one(data, field, op, place, reading)
    if not isinstance(data, list) or not 1 <= len(data) <= MOST_VALUES:
        reading.refuse(place, f"Must be a list of 1 to {MOST_VALUES} values.")
        return ()
    values = [_read_one(each, field, op, (*place, index), reading) for index, each in enumerate(data)]
    distinct = {(isinstance(value, bool), value): value for value in values}  # true is not 1
    return tuple(distinct.values())


def _read_one(data: Any, field: str, op: Op, place: Place, reading: Reading) -> Any:
    def refuse(detail: str) -> None:
        reading.refuse(place, detail)

    match field:
        case "tags":
            return _tag(data, refuse)
        case "created_at":
            return _moment(data, refuse)
        case "phone" | "operator_code" | "timezone":
            return _text(data, refuse)
    return _of_attribute(data, op, refuse)


def _of_attribute(data: Any, op: Op, refuse: Refuse) -> Any:
    if op in OF_TEXT or isinstance(data, str):
        return _text(data, refuse)
    if isinstance(data, bool) and op not in ORDER:
        return data
    if isinstance(data, int | float) and not isinstance(data, bool):
        return _number(data, refuse)
    kinds = "a string or a number" if op in ORDER else "a string, a number or a boolean"
    refuse(f"Must be {kinds}.")
    return None


def _text(data: Any, refuse: Refuse) -> str | None:
    if not isinstance(data, str):
        refuse(NOT_TEXT)
        return None
    if len(data) > TEXT_LENGTH:
        refuse(f"Ensure this field has no more than {TEXT_LENGTH} characters.")
    if not is_storable(data):
        refuse(UNSTORABLE_TEXT)
    return visible(data[:TEXT_LENGTH])


def _number(data: float, refuse: Refuse) -> float:
    if not (isinstance(data, int) or math.isfinite(data)) or not -NUMBER_LIMIT <= data <= NUMBER_LIMIT:
        refuse("Must be a number between -2^63 and 2^63.")
    return data


def _tag(data: Any, refuse: Refuse) -> str | None:
    tag = tag_of(data) if isinstance(data, str) and len(data) <= TEXT_LENGTH else None
    if tag is None or not 1 <= len(tag) <= TAG_LENGTH:
        refuse(f"Must be a tag of 1 to {TAG_LENGTH} characters.")
    elif NOT_IN_A_LINE.search(tag):
        refuse("A tag is one line of text.")
    return tag


def _moment(data: Any, refuse: Refuse) -> str | None:
    try:
        return parse_datetime(data if isinstance(data, str) else "").isoformat()
    except ValueError as error:
        refuse(str(error))
        return None
