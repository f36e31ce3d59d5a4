"""Rows as a form sends them, and what a button does to them.

A row at position 2 of `where` has the fields `where-2-field`, `where-2-op`, `where-2-kind`, `where-2-value`;
a group there has `where-2-joint`, and its rows are `where-2-0-…`. The same under `not` for who is left out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from notification_service.console.filters.rows import FilterRow, Joint, Place, RowGroup, Rows

MOST = 101  # one more than a filter may have, so that too many are refused and not forgotten
VALUE_LENGTH = 100_000
Posted = Mapping[str, str]
Member = TypeVar("Member", FilterRow, FilterRow | RowGroup)


def has_rows(posted: Posted, part: str) -> bool:
    return f"{part}-joint" in posted


def read_rows(posted: Posted, part: str) -> Rows:
    return Rows(_joint(posted, part), tuple(_members(posted, part)))


def _members(posted: Posted, part: str) -> Iterator[FilterRow | RowGroup]:
    for index in range(MOST):
        name = f"{part}-{index}"
        if f"{name}-joint" in posted:
            yield RowGroup(_joint(posted, name), tuple(_rows(posted, name)))
        elif f"{name}-field" in posted:
            yield _row(posted, name)
        else:
            return


def _rows(posted: Posted, group: str) -> Iterator[FilterRow]:
    for index in range(MOST):
        if f"{group}-{index}-field" not in posted:
            return
        yield _row(posted, f"{group}-{index}")


def _row(posted: Posted, name: str) -> FilterRow:
    field, op, kind, value = (posted.get(f"{name}-{each}", "") for each in ("field", "op", "kind", "value"))
    return FilterRow(field[:1000], op or "eq", kind or "text", value[:VALUE_LENGTH])


def _joint(posted: Posted, name: str) -> Joint:
    return "any" if posted.get(f"{name}-joint") == "any" else "all"


def place_of(path: str, part: str) -> Place:
    """Return the position that a button names: () for the whole part."""
    numbers = path.removeprefix(f"{part}-").split("-") if path.startswith(f"{part}-") else []
    return tuple(int(number) for number in numbers[:2] if number.isascii() and number.isdigit())


def changed(rows: Rows, act: str, place: Place) -> Rows:
    """Return the rows after a click: a row or a group is added, or the one at the place taken out."""
    match act, place:
        case "add", ():
            return replace(rows, members=(*rows.members, FilterRow()))
        case "group", ():
            other: Joint = "all" if rows.joint == "any" else "any"
            return replace(rows, members=(*rows.members, RowGroup(other, (FilterRow(), FilterRow()))))
        case "drop", (index,):
            return replace(rows, members=_without(rows.members, index))
        case _, (index, *inner) if index < len(rows.members):
            return replace(rows, members=_with(rows.members, index, act, inner))
    return rows


def _with(
    members: tuple[FilterRow | RowGroup, ...], index: int, act: str, inner: list[int]
) -> tuple[FilterRow | RowGroup, ...]:
    group = members[index]
    if not isinstance(group, RowGroup):
        return members
    if act == "add":
        group = replace(group, rows=(*group.rows, FilterRow()))
    elif act == "drop" and inner:
        group = replace(group, rows=_without(group.rows, inner[0]))
    left = (group,) if group.rows else ()
    return (*members[:index], *left, *members[index + 1 :])


def _without(members: tuple[Member, ...], index: int) -> tuple[Member, ...]:
    return tuple(member for at, member in enumerate(members) if at != index)
