"""From CSV lines to a client's fields: the header, the cells, and quotes that are not closed."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.directory.importing.choices import REQUIRED
from notification_service.directory.importing.columns import (
    ATTRIBUTE,
    OF_CLIENTS,
    Columns,
    attribute_names,
    is_ours,
    missing,
    repeated,
)
from notification_service.directory.importing.json_values import parse_json
from notification_service.directory.importing.lines import LINE_BYTES, Line, NumberedLines, decode
from notification_service.directory.importing.report import BadLine, FileRefused, shown
from notification_service.directory.importing.rows import Fields, Rows
from notification_service.directory.rules import visible
from notification_service.directory.spreadsheets import unguarded
from notification_service.directory.tag_cells import tags_of_cell

SEPARATORS = (",", ";", "\t")
MOST_COLUMNS = 200  # a person may have to say what each is
# Lines before the columns' names: one from which Excel reads the separator, and one that PowerShell writes.
PREAMBLE = re.compile(rb'"?sep=(?P<separator>[^"]?)"?[,;]*|#TYPE .*', re.IGNORECASE)
OPEN_QUOTE = gettext_lazy(
    "A quote that opens on this line is not closed, or something follows the quote that closes it."
)


@dataclass(frozen=True)
class Header:
    """What each cell of a line is: the name of a client's field, or empty if it is ignored.

    `names` are the columns as the file calls them; an ATTRIBUTE gets that name.
    """

    columns: tuple[str, ...]
    separator: str
    names: tuple[str, ...] = ()

    @cached_property
    def merged_attributes(self) -> list[str]:
        """Return the attributes to set while clients keep others; empty if the file replaces them all."""
        return [] if "attributes" in self.columns else attribute_names(self.columns, self.names)

    @cached_property
    def _width(self) -> int:
        """Up to the last column that is not ignored."""
        return max((number for number, name in enumerate(self.columns, 1) if name), default=0)

    def fields(self, cells: list[str]) -> dict[str, Any]:
        """Raises BadLine. Blank cells after the last column mean nothing: some spreadsheets write them."""
        if len(cells) < self._width or any(cell.strip() for cell in cells[len(self.columns) :]):
            facts = {"cells": len(cells), "columns": len(self.columns)}
            raise BadLine(_("The line has %(cells)d cells where the header has %(columns)d.") % facts)
        named = zip(self.columns, cells, strict=False)
        fields: dict[str, Any] = {name: unguarded(cell.strip()) for name, cell in named if name}
        if "attributes" in fields:
            fields["attributes"] = parse_json(fields["attributes"] or "{}", field="attributes")
        if "tags" in fields:
            fields["tags"] = tags_of_cell(fields["tags"])
        return self._with_attributes(fields, cells) if ATTRIBUTE in fields else fields

    def _with_attributes(self, fields: dict[str, Any], cells: list[str]) -> dict[str, Any]:
        """Add the columns that are attributes. An empty cell means no such attribute."""
        del fields[ATTRIBUTE]
        columns = zip(self.columns, self.names, cells, strict=False)
        own = {name: unguarded(text.strip()) for column, name, text in columns if column == ATTRIBUTE}
        whole = fields.get("attributes", {})
        if isinstance(whole, dict):
            fields["attributes"] = whole | {name: text for name, text in own.items() if text}
        return fields


OnHeader = Callable[[Header], None]


def read_csv(
    lines: NumberedLines,
    *,
    header: Header | None = None,
    required: Sequence[str] = REQUIRED,
    columns: Columns = OF_CLIENTS,
    on_header: OnHeader = lambda _: None,
    resume_after: int = 0,
) -> Rows:
    """Yield each row that is not blank with the number of its first line.

    Spaces around a value are dropped, and so are the apostrophes of our exports (`spreadsheets`). The file's
    first line names the columns, unless `header` says what they are; `on_header` gets the one that counts.
    Raises FileRefused for the header.
    """
    found = read_header(lines, separator=header.separator if header else None)
    if header is None:
        named = _strict_columns(found.columns, required, columns)
        header = Header(named, found.separator, found.columns)
    on_header(header)
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
    """Return the first line that is not blank: the names of the columns as they are written."""
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
    return Header(tuple(unguarded(visible(cell).strip()) for cell in cells), separator)


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


def _without_unnamed_end(names: Sequence[str]) -> Sequence[str]:
    return names[: max((place for place, name in enumerate(names, 1) if name), default=0)]


def _place(number: int) -> str:
    return _("Line %(number)d, the header:") % {"number": number}


def _strict_columns(names: Sequence[str], required: Sequence[str], known: Columns) -> tuple[str, ...]:
    """Return the columns by their names alone, for imports that cannot ask. Raises FileRefused."""
    names = _without_unnamed_end(names)
    columns = [known.field_of(name) for name in names]
    for name, column in zip(names, columns, strict=True):
        if not column and not is_ours(name):
            words = _("The first line must name the columns, and %(name)s is none of %(known)s.")
            raise FileRefused(words % {"name": shown(name), "known": ", ".join(known.names)})
    for name in repeated(columns, known=known.names):
        raise FileRefused(_("The column %(name)s is there twice.") % {"name": shown(name)})
    for name in missing(columns, required=required):
        raise FileRefused(_("The column %(name)s is missing.") % {"name": shown(name)})
    return tuple(columns)


def _quoted_fields(first: Line, lines: NumberedLines, header: Header) -> tuple[bytes, Fields]:
    """Read a row with quoted values, which may continue on the next lines.

    If the result makes no sense, only its first line is refused: a quote that was left open costs only its
    own line.
    """
    taken: list[Line] = []
    try:
        source = _lines_of_row(first, lines, taken)
        cells = next(csv.reader(source, delimiter=header.separator, strict=True))
        return _joined(first, taken), header.fields(cells)
    except (csv.Error, BadLine) as error:
        if isinstance(error, BadLine) and (error.field or not taken):
            return _joined(first, taken), error  # the number of cells is right, or the row is one line
        lines.give_back(taken)
        return first[1], BadLine(str(OPEN_QUOTE))


def _joined(first: Line, taken: list[Line]) -> bytes:
    return b"\n".join([first[1], *(line for _number, line in taken)])


def _lines_of_row(first: Line, lines: NumberedLines, taken: list[Line]) -> Iterator[str]:
    """Yield the row's first line and, while the parser asks for more, those after it.

    The number of a row's quotes is even, so no line is taken after the one that makes it even. This also
    keeps the reading linear: lines that are given back never need one another again.
    """
    size, quotes = len(first[1]), first[1].count(b'"')
    yield decode(first[1]) + "\n"
    while quotes % 2 and size <= LINE_BYTES and (line := next(lines, None)):
        taken.append(line)
        size += len(line[1])
        quotes += line[1].count(b'"')
        yield decode(line[1]) + "\n"
