"""The first rows of an upload as they would be read: what a person sees before anything is taken."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from notification_service.directory.importing import FileRefused, Header, Rejection
from notification_service.directory.importing.csv_rows import read_csv, read_header
from notification_service.directory.importing.lines import NumberedLines
from notification_service.directory.importing.ndjson_rows import read_ndjson
from notification_service.directory.importing.report import BadLine
from notification_service.directory.importing.rows import COLUMNS, Rows, check_client
from notification_service.directory.importing.uploads.columns import recognise
from notification_service.directory.importing.uploads.incoming import first_lines
from notification_service.directory.importing.uploads.parts import head_of
from notification_service.directory.models import ClientUpload
from notification_service.directory.zones import known_zones

LOOKED_AT = 200
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: list[str]


@dataclass(slots=True)
class Preview:
    """`names` are the columns as the file calls them; of the first LOOKED_AT rows, `looked_at` were there."""

    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    looked_at: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    problem: str = ""


def preview_upload(upload: ClientUpload) -> Preview:
    found = Preview()
    try:
        if upload.file_format == ClientUpload.Format.NDJSON:
            _preview_ndjson(upload, found)
        else:
            _preview_csv(upload, found)
    except FileRefused as refusal:
        found.problem = str(refusal)
    return found


def columns_of(upload: ClientUpload, *, encoding: str, separator: str, chosen: Sequence[str]) -> list[str]:
    """What each column is, as chosen; read in another way, the file has other columns. Raises FileRefused."""
    as_before = (encoding, separator) == (upload.encoding, upload.separator)
    if as_before and len(chosen) == len(upload.columns):
        return list(chosen)
    header = read_header(first_lines(head_of(upload), encoding), separator=separator)
    return recognise(header.columns)


def _preview_csv(upload: ClientUpload, found: Preview) -> None:
    found.names = list(read_header(_lines(upload), separator=upload.separator).columns)
    by_number = Header(tuple(str(number) for number in range(len(found.names))), upload.separator)
    for line, _content, fields in islice(read_csv(_lines(upload), header=by_number), SHOWN):
        cells = [] if isinstance(fields, BadLine) else list(fields.values())
        found.rows.append(Row(line, cells))
    if len(upload.columns) == len(found.names):
        header = Header(tuple(upload.columns), upload.separator)
        _check(read_csv(_lines(upload), header=header), found)


def _preview_ndjson(upload: ClientUpload, found: Preview) -> None:
    rows = [fields for _line, _content, fields in islice(read_ndjson(_lines(upload)), LOOKED_AT)]
    keys = {key for fields in rows if not isinstance(fields, BadLine) for key in fields}
    found.names = [name for name in COLUMNS if name in keys]
    for line, _content, fields in islice(read_ndjson(_lines(upload)), SHOWN):
        found.rows.append(Row(line, _cells(fields, found.names)))
    _check(read_ndjson(_lines(upload)), found)


def _cells(fields: dict[str, Any] | BadLine, names: Sequence[str]) -> list[str]:
    return [] if isinstance(fields, BadLine) else [str(fields.get(name, "")) for name in names]


def _check(rows: Rows, found: Preview) -> None:
    for line, _content, fields in islice(rows, LOOKED_AT):
        found.looked_at += 1
        try:
            if isinstance(fields, BadLine):
                raise fields
            check_client(fields, zones=known_zones())
        except BadLine as problem:
            found.rejections.append(problem.at(line))


def _lines(upload: ClientUpload) -> NumberedLines:
    """Of the file's first part; its last line may be cut, and is left out."""
    lines = first_lines(head_of(upload), upload.encoding)
    return lines if upload.size <= len(head_of(upload)) else NumberedLines(_all_but_last(lines))


def _all_but_last(lines: NumberedLines) -> Iterator[bytes]:
    previous: bytes | None = None
    for _number, line in lines:
        if previous is not None:
            yield previous
        previous = line
