"""CSV lines to a client's fields: the header, the cells, and quotes that nobody closed."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.directory.importing.json_values import parse_json
from notification_service.directory.importing.lines import LINE_BYTES, Line, NumberedLines, decode
from notification_service.directory.importing.report import BadLine, FileRefused, shown
from notification_service.directory.importing.rows import COLUMNS, EXPORTED, REQUIRED, Fields, Rows
from notification_service.directory.rules import visible
from notification_service.directory.spreadsheets import unguarded

SEPARATORS = (",", ";", "\t")
MOST_COLUMNS = 200  # a person is to say of each what it is
# What Excel reads the separator from, and what PowerShell says of its objects, before the columns' names.
PREAMBLE = re.compile(rb'"?sep=(?P<separator>[^"]?)"?[,;]*|#TYPE .*', re.IGNORECASE)
OPEN_QUOTE = gettext_lazy(
    "A quote that opens on this line is not closed, or something follows the quote that closes it."
)


@dataclass(frozen=True)
class Header:
    """What each cell of a line is: the name of a client's field, or empty where it is of no concern."""

    columns: tuple[str, ...]
    separator: str

    @cached_property
    def _width(self) -> int:
        """Up to the last column that is of any concern."""
        return max((number for number, name in enumerate(self.columns, 1) if name), default=0)

    def fields(self, cells: list[str]) -> dict[str, Any]:
        """Raises BadLine. Blank cells past the last column mean nothing: spreadsheets write them or not."""
        if len(cells) < self._width or any(cell.strip() for cell in cells[len(self.columns) :]):
            facts = {"cells": len(cells), "columns": len(self.columns)}
            raise BadLine(_("The line has %(cells)d cells where the header has %(columns)d.") % facts)
        named = zip(self.columns, cells, strict=False)
        fields: dict[str, Any] = {name: unguarded(cell.strip()) for name, cell in named if name}
        if "attributes" in fields:
            fields["attributes"] = parse_json(fields["attributes"] or "{}", field="attributes")
        return fields


def read_csv(lines: NumberedLines, *, header: Header | None = None, resume_after: int = 0) -> Rows:
    """Yield each row that is not blank with the number of its first line.

    Spaces around a value are dropped, and so are the apostrophes of our exports (`spreadsheets`). The file's
    first line names the columns, `header` says otherwise what they are. Raises FileRefused for the header.
    """
    found = read_header(lines, separator=header.separator if header else None)
    if header is None:
        names = _without_unnamed_end([name.lower() for name in found.columns])
        _check_columns([name for name in names if name not in EXPORTED])
        columns = tuple("" if name in EXPORTED else name for name in names)
        header = Header(columns, found.separator)
    lines.skip_to(resume_after)
    blank = f"{header.separator} \t".encode()
    for number, line in lines:
        if not line.strip(blank):
            continue
        try:
            if b'"' in line:
                yield number, *_quoted_fields((number, line), lines, header)
            else:
                yield number, line, header.fields(decode(line).split(header.separator))
        except BadLine as problem:
            yield number, line, problem


def read_header(lines: NumberedLines, *, separator: str | None = None) -> Header:
    """The first line that is not blank: the names of its columns as they are written there."""
    number, line = _first_written(lines)
    while said := PREAMBLE.fullmatch(line.strip()):
        separator = separator or _said_separator(said["separator"])
        number, line = _first_written(lines)
    if not line:
        raise FileRefused(_("The file is empty."))
    try:
        text = decode(line)
    except BadLine as problem:
        words = _("%(place)s %(problem)s The file must be CSV in UTF-8.")
        raise FileRefused(words % {"place": _place(number), "problem": problem}) from None
    separator = separator or max(SEPARATORS, key=text.count)
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        raise FileRefused(f"{_place(number)} {OPEN_QUOTE}") from None
    if len(cells) > MOST_COLUMNS:
        raise FileRefused(_("The file has more than %(most)d columns.") % {"most": MOST_COLUMNS})
    return Header(tuple(visible(cell).strip() for cell in cells), separator)


def _first_written(lines: NumberedLines) -> Line:
    return next(((number, line) for number, line in lines if line.strip()), (1, b""))


def _said_separator(said: bytes | None) -> str | None:
    if said is None:
        return None
    separator = said.decode("latin-1") or "\t"  # which was stripped
    if separator not in SEPARATORS:
        words = _(
            "The first line says that %(separator)s separates columns; a comma, a semicolon or a tab may."
        )
        raise FileRefused(words % {"separator": shown(separator)})
    return separator


def _without_unnamed_end(names: list[str]) -> list[str]:
    return names[: max((place for place, name in enumerate(names, 1) if name), default=0)]


def _place(number: int) -> str:
    return _("Line %(number)d, the header:") % {"number": number}


def _check_columns(columns: Sequence[str]) -> None:
    for name in columns:
        if name not in COLUMNS:
            words = _("The first line must name the columns, and %(name)s is none of %(known)s.")
            raise FileRefused(words % {"name": shown(name), "known": ", ".join(COLUMNS)})
        if columns.count(name) > 1:
            raise FileRefused(_("The column %(name)s is there twice.") % {"name": shown(name)})
    for name in REQUIRED:
        if name not in columns:
            raise FileRefused(_("The column %(name)s is missing.") % {"name": shown(name)})


def _quoted_fields(first: Line, lines: NumberedLines, header: Header) -> tuple[bytes, Fields]:
    """A row in which values are quoted: it may go on over the next lines.

    Where it does and makes no sense, only its first line is refused: a quote that was left open costs
    no line but its own.
    """
    taken: list[Line] = []
    try:
        source = _lines_of_row(first, lines, taken)
        cells = next(csv.reader(source, delimiter=header.separator, strict=True))
        return _joined(first, taken), header.fields(cells)
    except (csv.Error, BadLine) as error:
        if isinstance(error, BadLine) and (error.field or not taken):
            return _joined(first, taken), error  # the cells are right in number, or the row is one line
        lines.give_back(taken)
        return first[1], BadLine(str(OPEN_QUOTE))


def _joined(first: Line, taken: list[Line]) -> bytes:
    return b"\n".join([first[1], *(line for _number, line in taken)])


def _lines_of_row(first: Line, lines: NumberedLines, taken: list[Line]) -> Iterator[str]:
    """Yield the row's first line and, while the parser asks for more, those after it.

    A row's quotes are even in number, so no line is taken beyond the one that makes them even. This
    also keeps the whole reading linear: the lines given back never need one another again.
    """
    size, quotes = len(first[1]), first[1].count(b'"')
    yield decode(first[1]) + "\n"
    while quotes % 2 and size <= LINE_BYTES and (line := next(lines, None)):
        taken.append(line)
        size += len(line[1])
        quotes += line[1].count(b'"')
        yield decode(line[1]) + "\n"
