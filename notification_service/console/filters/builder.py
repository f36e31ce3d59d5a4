"""A filter as the form shows it: what can be built as rows, and in words what cannot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from notification_service.console.filters import choices
from notification_service.console.filters.exclusion import (
    PART,
    Exclusion,
    excluded,
    exclusion_of,
    read_exclusion,
)
from notification_service.console.filters.posted import changed, has_rows, place_of, read_rows
from notification_service.console.filters.rows import (
    Fault,
    FilterRow,
    RowGroup,
    Rows,
    rows_of,
    written,
)
from notification_service.directory import strict_json
from notification_service.directory.filters import ClientFilter, read_filter

WHERE = "where"
Written = dict[str, Any] | None


@dataclass(frozen=True, slots=True)
class Built:
    """A part is None if it says more than the form can show; it then stays as it is written."""

    where: Rows | None
    exclude: Exclusion | None

    def written(self) -> tuple[dict[str, Written], list[tuple[str, FilterRow, Fault]]]:
        """Return what is built as JSON, and for each bad row its part of the form and its fault."""
        parts: dict[str, Written] = {}
        bad: list[tuple[str, FilterRow, Fault]] = []
        zone = timezone.get_current_timezone()
        if self.where is not None:
            parts[WHERE], faults = written(self.where, zone=zone)
            bad += [(WHERE, row, faults[at]) for at, row in self.where.placed() if at in faults]
        if self.exclude is not None:
            parts["exclude"], faults = excluded(self.exclude, zone=zone)
            bad += [("exclude", row, faults[at]) for at, row in self.exclude.rows.placed() if at in faults]
        return parts, bad


def built_of(carried: Mapping[str, Any]) -> Built:
    """Return the form's JSON as rows. What is not understood cannot be shown as rows."""
    zone = timezone.get_current_timezone()
    where, exclude = _read(WHERE, carried.get(WHERE)), _read("exclude", carried.get("exclude"))
    return Built(
        rows_of(where.where, zone=zone) if where else None,
        exclusion_of(exclude.exclude, zone=zone) if exclude else None,
    )


def built_from(posted: Mapping[str, str]) -> Built:
    """Return the rows that were sent; where none were, what the form carries."""
    carried = built_of(posted)
    return Built(
        read_rows(posted, WHERE) if has_rows(posted, WHERE) else carried.where,
        read_exclusion(posted) if has_rows(posted, PART) else carried.exclude,
    )


def clicked(built: Built, *, click: str, field: str) -> Built:
    """Return it after a click, such as “drop not-1-0”, or after the choice of a row's field."""
    act, _, path = click.partition(" ")
    act, path = ("settle", field) if not click and field.endswith("-field") else (act, path)
    if path.partition("-")[0] == WHERE:
        rows = Rows() if act == "own" else built.where
        return replace(built, where=rows and _after(rows, act, path, WHERE)) if rows is not None else built
    if path.partition("-")[0] == PART:
        exclusion = Exclusion() if act == "own" else built.exclude
        if exclusion is None:
            return built
        return replace(built, exclude=replace(exclusion, rows=_after(exclusion.rows, act, path, PART)))
    return built


def _after(rows: Rows, act: str, path: str, part: str) -> Rows:
    place = place_of(path, part)
    return _with_settled(rows, place) if act == "settle" else changed(rows, act, place)


def _with_settled(rows: Rows, place: tuple[int, ...]) -> Rows:
    known = choices.known_attributes()

    def at(here: tuple[int, ...], row: FilterRow) -> FilterRow:
        return choices.settled(row, known) if here == place else row

    members = tuple(
        at((index,), member)
        if isinstance(member, FilterRow)
        else replace(member, rows=tuple(at((index, inner), row) for inner, row in enumerate(member.rows)))
        for index, member in enumerate(rows.members)
    )
    return replace(rows, members=members)


def _read(name: str, carried: Any) -> ClientFilter | None:
    if not carried:
        return ClientFilter()
    try:
        return read_filter({name: strict_json.parse(str(carried))})
    except (ValueError, RecursionError):
        return None


def focus_after(click: str, built: Built) -> str:
    """Return the control that gets the focus: the row that was added, otherwise “Add”."""
    act, _, path = click.partition(" ")
    part = path.partition("-")[0]
    exclusion = built.exclude or Exclusion()
    rows = built.where if part == WHERE else exclusion.rows
    if act not in ("add", "group") or rows is None:
        return f"add {part}" if act in ("drop", "own") else ""
    place = place_of(path, part)
    if place and place[0] < len(rows.members) and isinstance(group := rows.members[place[0]], RowGroup):
        return f"{path}-{len(group.rows) - 1}"
    last = len(rows.members) - 1
    return f"{part}-{last}-0" if act == "group" else f"{part}-{last}"
