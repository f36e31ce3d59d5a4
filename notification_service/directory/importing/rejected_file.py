"""Rejected lines as a file with the reason beside each, which can be imported once it is corrected.

A CSV has the columns of the original file. A line that does not fit them is put whole into the first column,
and is rejected until someone corrects it.
"""

import csv
import io
import json
from collections.abc import Sequence
from typing import IO, Any

from django.utils.translation import gettext as _

from notification_service.directory.importing.columns import is_of_rejected
from notification_service.directory.importing.csv_rows import Header
from notification_service.directory.importing.ndjson_rows import OF_REJECTED
from notification_service.directory.importing.report import RejectedRow
from notification_service.directory.rules import storable
from notification_service.directory.spreadsheets import guarded, unguarded


class RejectedCsv:
    """`names` and `separator` are those of the original file."""

    def __init__(self, names: Sequence[str], separator: str) -> None:
        self._names = names
        self._own = [place for place, name in enumerate(names) if not is_of_rejected(name)]
        # Excel does not split a .csv file at tabs.
        self.separator = ";" if separator == "\t" else separator
        self._file_separator = separator

    @property
    def header(self) -> list[str]:
        return [*self._of_own(self._names), _("Rejected: reason"), _("Rejected: line")]

    def row(self, *, line: int, reason: str, content: str, field: str) -> list[str]:
        """`field` is the one that was rejected; empty if the line as a whole could not be read."""
        cells = self._cells(content)
        is_cut = cells and (field or len(cells) < len(self._names))
        own = self._of_own(cells) if is_cut else [content, *[""] * (len(self._own) - 1)]
        return [*own, reason, str(line)]

    def _of_own(self, cells: Sequence[str]) -> list[str]:
        return [cells[place] if place < len(cells) else "" for place in self._own]

    def _cells(self, content: str) -> list[str]:
        """Return the cells as an import reads them; none if they do not fit the columns."""
        source = io.StringIO(content, newline="")
        try:
            rows = list(csv.reader(source, delimiter=self._file_separator, strict=True))
        except csv.Error:
            return []
        cells = [unguarded(cell.strip()) for cell in rows[0]] if len(rows) == 1 else []
        return [] if any(cells[len(self._names) :]) else cells


def rejected_object(*, line: int, reason: str, content: str) -> str:
    """Return a line of NDJSON with the reason in it. A line that is not an object is put into one."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        value = None
    own = value if isinstance(value, dict) else {"content": content}
    told = dict(zip(OF_REJECTED, (line, reason), strict=True))
    return storable(json.dumps({**own, **told}, ensure_ascii=False))


class RejectedWriter:
    """Gets each line that an import rejects. This one keeps nothing."""

    def take_header(self, header: Header) -> None:
        pass

    def write(self, line: RejectedRow) -> None:
        pass


class RejectedNdjsonWriter(RejectedWriter):
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, line: RejectedRow) -> None:
        told = line.rejection
        self._file.write(rejected_object(line=told.line, reason=told.reason, content=line.text) + "\n")


class RejectedCsvWriter(RejectedWriter):
    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def take_header(self, header: Header) -> None:
        self._rejected = RejectedCsv(header.names, header.separator)
        self._rows = csv.writer(self._file, quoting=csv.QUOTE_ALL, delimiter=self._rejected.separator)
        self._rows.writerow(map(guarded, self._rejected.header))

    def write(self, line: RejectedRow) -> None:
        told = line.rejection
        facts: dict[str, Any] = {"line": told.line, "reason": told.reason, "field": told.field or ""}
        self._rows.writerow(map(guarded, self._rejected.row(content=line.text, **facts)))
