"""CSV lines to a client's fields: the header, the cells, and quotes that nobody closed."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notification_service.mailings.client_import.lines import LINE_BYTES, Line, NumberedLines, decode
from notification_service.mailings.client_import.report import BadLine, FileRefused, shown
from notification_service.mailings.client_import.rules import COLUMNS, REQUIRED, Rows
from notification_service.mailings.client_import.strict_json import parse_json

SEPARATORS = (",", ";", "\t")
OPEN_QUOTE = "A quote that opens on this line is not closed, or something follows the quote that closes it."


@dataclass(frozen=True, slots=True)
class Header:
    columns: tuple[str, ...]
    separator: str

    def fields(self, cells: list[str]) -> dict[str, Any]:
        if len(cells) != len(self.columns):
            raise BadLine(f"The line has {len(cells)} cells where the header has {len(self.columns)}.")
        fields: dict[str, Any] = {name: cell.strip() for name, cell in zip(self.columns, cells, strict=True)}
        if "attributes" in fields:
            fields["attributes"] = parse_json(fields["attributes"] or "{}", field="attributes")
        return fields


def read_csv(lines: NumberedLines) -> Rows:
    """Yield each row that is not blank with the number of its first line.

    Spaces around a value are dropped. Raises FileRefused for the header.
    """
    header = _read_header(lines)
    blank = f"{header.separator} \t".encode()
    for number, line in lines:
        if not line.strip(blank):
            continue
        try:
            if b'"' in line:
                yield number, _quoted_fields((number, line), lines, header)
            else:
                yield number, header.fields(decode(line).split(header.separator))
        except BadLine as problem:
            yield number, problem


def _read_header(lines: NumberedLines) -> Header:
    number, line = next(((number, line) for number, line in lines if line.strip()), (1, b""))
    if not line:
        raise FileRefused("The file is empty.")
    try:
        text = decode(line)
    except BadLine as problem:
        raise FileRefused(f"Line {number}, the header: {problem} The file must be CSV in UTF-8.") from None
    separator = max(SEPARATORS, key=text.count)
    try:
        cells = next(csv.reader([text], delimiter=separator, strict=True))
    except csv.Error:
        raise FileRefused(f"Line {number}, the header: {OPEN_QUOTE}") from None
    columns = tuple(cell.strip().lower() for cell in cells)
    _check_columns(columns)
    return Header(columns, separator)


def _check_columns(columns: tuple[str, ...]) -> None:
    for name in columns:
        if name not in COLUMNS:
            known = ", ".join(COLUMNS)
            raise FileRefused(f"The first line must name the columns, and {shown(name)} is none of {known}.")
        if columns.count(name) > 1:
            raise FileRefused(f"The column {shown(name)} is there twice.")
    for name in REQUIRED:
        if name not in columns:
            raise FileRefused(f"The column {shown(name)} is missing.")


def _quoted_fields(first: Line, lines: NumberedLines, header: Header) -> dict[str, Any]:
    """A row in which values are quoted: it may go on over the next lines.

    Where it does and makes no sense, only its first line is refused: a quote that was left open costs
    no line but its own.
    """
    taken: list[Line] = []
    try:
        source = _lines_of_row(first, lines, taken)
        return header.fields(next(csv.reader(source, delimiter=header.separator, strict=True)))
    except (csv.Error, BadLine) as error:
        if isinstance(error, BadLine) and (error.field or not taken):
            raise  # the cells are what the header asks for, or the row is one line
        lines.give_back(taken)
        raise BadLine(OPEN_QUOTE) from None


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
