"""Conditions on a client: `all`, `any`, `not` of comparisons of one field; pure.

Numbers compare as numbers and texts by code point. A missing attribute, one that is null, and a value of
another type meet no comparison but `{"op": "exists", "value": false}`, which finds the first two.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from notification_service.directory.filters.faults import REQUIRED, Place, Reading
from notification_service.directory.filters.operators import ATTRIBUTE, OPS, Op
from notification_service.directory.filters.values import read_value
from notification_service.directory.rules import is_storable, visible

MOST_COMPARISONS = 100  # of a filter, with what it excludes
MOST_LEVELS = 6
NAME_LENGTH = 255
GROUPS = ("all", "any")
COMPARISON = ("field", "op", "value")


@dataclass(frozen=True, slots=True)
class Comparison:
    """`value` is a tuple for `in`, and a time in UTC, as a text, for `created_at`."""

    field: str
    op: Op
    value: Any

    @property
    def attribute(self) -> str | None:
        return self.field.removeprefix(ATTRIBUTE) if self.field.startswith(ATTRIBUTE) else None


@dataclass(frozen=True, slots=True)
class Group:
    kind: Literal["all", "any"]
    members: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    member: "Condition"


Condition = Comparison | Group | Not


def as_json(condition: Condition) -> dict[str, Any]:
    match condition:
        case Comparison(field, op, value):
            return {
                "field": field,
                "op": op.value,
                "value": list(value) if isinstance(value, tuple) else value,
            }
        case Group(kind, members):
            return {kind: [as_json(member) for member in members]}
        case Not(member):
            return {"not": as_json(member)}


def comparisons_of(condition: Condition) -> Iterator[Comparison]:
    match condition:
        case Comparison():
            yield condition
        case Group(_, members):
            for member in members:
                yield from comparisons_of(member)
        case Not(member):
            yield from comparisons_of(member)


def read_condition(data: Any, place: Place, reading: Reading, *, level: int = 1) -> Condition | None:
    """Return None if something is wrong with it; then `reading` says what."""
    if level > MOST_LEVELS:
        reading.refuse(place, f"Conditions may be nested no deeper than {MOST_LEVELS} levels.")
        return None
    kinds = [key for key in (*GROUPS, "not") if isinstance(data, dict) and key in data]
    keys = tuple(kinds[:1]) or COMPARISON
    found = reading.object_of(data, place, keys=keys)
    if found is None:
        return None
    if not kinds:
        return _read_comparison(found, place, reading)
    (kind,) = keys
    if kind == "not":
        member = read_condition(found["not"], (*place, "not"), reading, level=level + 1)
        return member and Not(member)
    return _read_group(found[kind], "all" if kind == "all" else "any", (*place, kind), reading, level)


def _read_group(
    data: Any, kind: Literal["all", "any"], place: Place, reading: Reading, level: int
) -> Condition | None:
    if not isinstance(data, list) or not data:
        reading.refuse(place, "Must be a list of at least one condition.")
        return None
    members = []
    for index, each in enumerate(data):
        if reading.comparisons > MOST_COMPARISONS:
            break  # which is said
        members.append(read_condition(each, (*place, index), reading, level=level + 1))
    return Group(kind, tuple(member for member in members if member))


def _read_comparison(data: dict[str, Any], place: Place, reading: Reading) -> Comparison | None:
    reading.comparisons += 1
    if reading.comparisons > MOST_COMPARISONS:
        if reading.comparisons == MOST_COMPARISONS + 1:
            reading.refuse(place, f"A filter has no more than {MOST_COMPARISONS} comparisons.")
        return None
    for missing in (key for key in COMPARISON if key not in data):
        reading.refuse((*place, missing), REQUIRED)
    field = _read_field(data["field"], (*place, "field"), reading) if "field" in data else None
    if field is None or "op" not in data:
        return None
    op = _read_op(data["op"], field, (*place, "op"), reading)
    if op is None or "value" not in data:
        return None
    return Comparison(field, op, read_value(data["value"], field, op, (*place, "value"), reading))


def _read_field(data: Any, place: Place, reading: Reading) -> str | None:
    if isinstance(data, str) and data in OPS:
        return data
    name = data.removeprefix(ATTRIBUTE) if isinstance(data, str) else ""
    if name == data or not name or not is_storable(name):
        names = ", ".join(OPS)
        reading.refuse(place, f"Must be one of {names}, or {ATTRIBUTE} and the name of an attribute.")
        return None
    if len(name) > NAME_LENGTH:
        reading.refuse(place, f"The name of an attribute has no more than {NAME_LENGTH} characters here.")
        return None
    return ATTRIBUTE + visible(name)


def _read_op(data: Any, field: str, place: Place, reading: Reading) -> Op | None:
    known = OPS.get(field, frozenset(Op))
    if isinstance(data, str) and data in known:
        return Op(data)
    reading.refuse(place, f"Must be one of {', '.join(op for op in Op if op in known)}.")
    return None
