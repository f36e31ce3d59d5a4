"""A condition as the rows that a person builds, and back; pure.

Rows stand side by side or in groups, not in groups of groups. What rows cannot say exactly has none:
`rows_of` is None, and the screen describes it in words.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Literal

from notification_service.console.parts.tag_list import read_tags, written_tags
from notification_service.directory.filters import Comparison, Condition, InvalidFilter, Not, read_filter
from notification_service.directory.filters import Group as ConditionGroup
from notification_service.directory.times import parse_datetime

Joint = Literal["all", "any"]
Place = tuple[int, ...]  # of a row: its position, or that of its group and its own
Fault = Literal["empty", "number", "moment", "value"]
GIVEN, MISSING = "given", "missing"  # `exists`, true and false


@dataclass(frozen=True, slots=True)
class FilterRow:
    """As it is typed. Without a field it is not begun yet, and says nothing."""

    field: str = ""
    op: str = "eq"
    kind: str = "text"  # of the value of an attribute: text, number, boolean
    value: str = ""


@dataclass(frozen=True, slots=True)
class RowGroup:
    joint: Joint = "any"
    rows: tuple[FilterRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows:
    joint: Joint = "all"
    members: tuple[FilterRow | RowGroup, ...] = ()

    def placed(self) -> Iterator[tuple[Place, FilterRow]]:
        for index, member in enumerate(self.members):
            if isinstance(member, FilterRow):
                yield (index,), member
            else:
                yield from (((index, inner), row) for inner, row in enumerate(member.rows))


class BadRow(ValueError):  # noqa: N818
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def rows_of(condition: Condition | None, *, zone: tzinfo) -> Rows | None:
    """Return None if rows would say something else, if only by a second."""
    if condition is None:
        return Rows()
    condition = _plain(condition)
    group = condition if isinstance(condition, ConditionGroup) else ConditionGroup("all", (condition,))
    members = [_member_of(member, zone) for member in group.members]
    rows = Rows(group.kind, tuple(member for member in members if member is not None))
    return rows if None not in members and _says(rows, zone) == condition else None


def written(rows: Rows, *, zone: tzinfo) -> tuple[dict[str, Any] | None, dict[Place, Fault]]:
    """Return the condition as JSON, None where nothing is asked, and what is wrong with which row."""
    faults: dict[Place, Fault] = {}
    comparisons: dict[Place, dict[str, Any]] = {}
    for place, row in rows.placed():
        try:
            if row.field:
                comparisons[place] = comparison_of(row, zone=zone)
        except BadRow as bad:
            faults[place] = bad.fault
    members = [_joined(member, index, comparisons) for index, member in enumerate(rows.members)]
    return _group(rows.joint, [member for member in members if member]), faults


def comparison_of(row: FilterRow, *, zone: tzinfo) -> dict[str, Any]:
    """Raises BadRow."""
    if row.op in (GIVEN, MISSING):
        return {"field": row.field, "op": "exists", "value": row.op == GIVEN}
    if not (typed := row.value.strip()):
        raise BadRow("empty")
    if row.op == "in":
        value: Any = [_value(each, row, zone) for each in read_tags(typed)]
    else:
        value = _value(typed, row, zone)
    comparison = {"field": row.field, "op": row.op, "value": value}
    try:
        read_filter({"where": comparison})
    except (InvalidFilter, RecursionError):
        raise BadRow("value") from None
    return comparison


def _value(typed: str, row: FilterRow, zone: tzinfo) -> Any:
    if row.field == "phone":
        return re.sub(r"[\s()+.-]", "", typed)
    if row.field == "created_at":
        return _moment(typed, zone)
    if row.field.startswith("attributes.") and row.kind == "boolean":
        return typed == "yes"
    if row.field.startswith("attributes.") and row.kind == "number":
        return _number(typed)
    return typed


def _number(typed: str) -> float:
    if not re.fullmatch(r"-?[0-9]{1,30}([.,][0-9]{1,30})?", typed, re.ASCII):
        raise BadRow("number")
    decimal = typed.replace(",", ".")
    return float(decimal) if "." in decimal else int(decimal)


def _moment(typed: str, zone: tzinfo) -> str:
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=zone).isoformat()
    except ValueError:
        raise BadRow("moment") from None


def _joined(
    member: FilterRow | RowGroup, index: int, comparisons: dict[Place, dict[str, Any]]
) -> dict[str, Any] | None:
    if isinstance(member, FilterRow):
        return comparisons.get((index,))
    found = [comparisons.get((index, inner)) for inner in range(len(member.rows))]
    return _group(member.joint, [each for each in found if each])


def _group(joint: Joint, members: list[dict[str, Any]]) -> dict[str, Any] | None:
    return members[0] if len(members) == 1 else {joint: members} if members else None


def _plain(condition: Condition) -> Condition:
    """Without groups of one."""
    match condition:
        case ConditionGroup(_, (member,)):
            return _plain(member)
        case ConditionGroup(kind, members):
            return ConditionGroup(kind, tuple(_plain(member) for member in members))
        case Not() | Comparison():
            return condition


def _says(rows: Rows, zone: tzinfo) -> Condition | None:
    condition, faults = written(rows, zone=zone)
    try:
        return read_filter({"where": condition}).where if condition and not faults else None
    except InvalidFilter:
        return None


def _member_of(condition: Condition, zone: tzinfo) -> FilterRow | RowGroup | None:
    match condition:
        case Comparison():
            return _row_of(condition, zone)
        case ConditionGroup(kind, members):
            rows = [_row_of(each, zone) for each in members if isinstance(each, Comparison)]
            found = tuple(row for row in rows if row is not None)
            return RowGroup(kind, found) if len(found) == len(members) else None
        case Not():
            return None


def _row_of(found: Comparison, zone: tzinfo) -> FilterRow | None:
    if found.op == "exists":
        return FilterRow(found.field, GIVEN if found.value else MISSING)
    values = found.value if isinstance(found.value, tuple) else (found.value,)
    kinds = {_kind_of(value) for value in values}
    texts = [_typed(value, found.field, zone) for value in values]
    if len(kinds) > 1 or any(re.search(r"[\r\n]", text) for text in texts):
        return None
    return FilterRow(
        found.field, found.op.value, kinds.pop(), written_tags(texts) if found.op == "in" else texts[0]
    )


def _kind_of(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "text"


def _typed(value: Any, field: str, zone: tzinfo) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field != "created_at":
        return value if isinstance(value, str) else json.dumps(value)
    local = parse_datetime(value).astimezone(zone).replace(tzinfo=None)
    return local.isoformat(timespec="seconds" if local.second or local.microsecond else "minutes")
