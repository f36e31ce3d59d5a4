"""Rows as the template shows them: each with what can be chosen in it."""

from collections.abc import Iterator
from dataclasses import dataclass

from notification_service.console.filters import choices
from notification_service.console.filters.rows import GIVEN, MISSING, FilterRow, RowGroup, Rows
from notification_service.directory.in_use import AttributeInUse


@dataclass(frozen=True, slots=True)
class RowShown:
    name: str
    row: FilterRow
    known: list[AttributeInUse]

    @property
    def fields(self) -> choices.Choices:
        return choices.client_fields()

    @property
    def attributes(self) -> choices.Choices:
        return choices.attributes_beside(self.row, self.known)

    @property
    def ops(self) -> choices.Choices:
        return choices.ops_of(self.row)

    @property
    def kinds(self) -> choices.Choices:
        """Only where there is something to choose."""
        kinds = choices.kinds_of(self.row, self.known)
        shown = kinds if self.row.kind in kinds else [*kinds, self.row.kind]
        is_asked = len(shown) > 1 and self.has_value
        return [(kind, str(choices.KIND.get(kind, kind))) for kind in shown] if is_asked else []

    @property
    def has_value(self) -> bool:
        return bool(self.row.field) and self.row.op not in (GIVEN, MISSING)

    @property
    def is_moment(self) -> bool:
        return self.row.field == "created_at" and self.row.op != "in"

    @property
    def is_yes_or_no(self) -> bool:
        return self.row.kind == "boolean" and self.row.op != "in"


@dataclass(frozen=True, slots=True)
class GroupShown:
    name: str
    group: RowGroup
    rows: list[RowShown]


@dataclass(frozen=True, slots=True)
class RowsShown:
    name: str
    rows: Rows
    known: list[AttributeInUse]

    def members(self) -> Iterator[RowShown | GroupShown]:
        for index, member in enumerate(self.rows.members):
            name = f"{self.name}-{index}"
            if isinstance(member, FilterRow):
                yield RowShown(name, member, self.known)
            else:
                inner = [RowShown(f"{name}-{at}", row, self.known) for at, row in enumerate(member.rows)]
                yield GroupShown(name, member, inner)


def rows_shown(name: str, rows: Rows) -> RowsShown:
    return RowsShown(name, rows, choices.known_attributes() if rows.members else [])
