"""The first rows of an upload as they would be read, for a person to see before the import."""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from notification_service.database.clock import database_now
from notification_service.directory.importing import FileRefused, Header, Rejection
from notification_service.directory.importing.csv_rows import read_csv, read_header
from notification_service.directory.importing.ndjson_rows import read_ndjson
from notification_service.directory.importing.report import BadLine
from notification_service.directory.importing.rows import Rows, check_client
from notification_service.directory.importing.uploads.head import lines_of_head
from notification_service.directory.importing.uploads.kinds import kind_of
from notification_service.directory.importing.uploads.layout import choices_of, header_of
from notification_service.directory.models import ClientUpload
from notification_service.directory.tag_cells import cell_of_tags
from notification_service.directory.zones import known_zones

Check = Callable[[Mapping[str, Any]], object]

LOOKED_AT = 200
SHOWN = 8


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: list[str]


@dataclass(slots=True)
class UploadPreview:
    """`names` are the columns as the file calls them. `looked_at` rows were read, at most LOOKED_AT."""

    names: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    looked_at: int = 0
    rejections: list[Rejection] = field(default_factory=list)
    problem: str = ""

    @property
    def takes_nothing(self) -> bool:
        return bool(self.looked_at) and len(self.rejections) == self.looked_at

    @property
    def mostly(self) -> str:
        """Return the field for which most rows would be rejected; empty if it is no single field."""
        fields = Counter(each.field or "" for each in self.rejections)
        return fields.most_common(1)[0][0] if fields else ""


def preview_upload(upload: ClientUpload) -> UploadPreview:
    found = UploadPreview()
    try:
        if upload.file_format == ClientUpload.Format.NDJSON:
            _preview_ndjson(upload, found)
        else:
            _preview_csv(upload, found)
    except FileRefused as refusal:
        found.problem = str(refusal)
    return found


def _preview_csv(upload: ClientUpload, found: UploadPreview) -> None:
    found.names = list(read_header(lines_of_head(upload), separator=upload.separator).columns)
    by_number = Header(tuple(str(number) for number in range(len(found.names))), upload.separator)
    for line, _content, fields in islice(read_csv(lines_of_head(upload), header=by_number), SHOWN):
        cells = [] if isinstance(fields, BadLine) else list(fields.values())
        found.rows.append(Row(line, cells))
    if len(upload.columns) == len(found.names):
        _check(read_csv(lines_of_head(upload), header=header_of(upload)), found, _checker(upload))


def _preview_ndjson(upload: ClientUpload, found: UploadPreview) -> None:
    columns = kind_of(upload).columns
    first = islice(read_ndjson(lines_of_head(upload), columns=columns), LOOKED_AT)
    rows = [fields for _line, _content, fields in first]
    keys = {key for fields in rows if not isinstance(fields, BadLine) for key in fields}
    found.names = [name for name in columns.names if name in keys]
    for line, _content, fields in islice(read_ndjson(lines_of_head(upload), columns=columns), SHOWN):
        found.rows.append(Row(line, _cells(fields, found.names)))
    _check(read_ndjson(lines_of_head(upload), columns=columns), found, _checker(upload))


def _cells(fields: dict[str, Any] | BadLine, names: Sequence[str]) -> list[str]:
    return [] if isinstance(fields, BadLine) else [_cell(fields.get(name, "")) for name in names]


def _cell(value: Any) -> str:
    """Return it as a CSV of the same client would have it."""
    match value:
        case str():
            return value
        case [*tags] if all(isinstance(tag, str) for tag in tags):
            return cell_of_tags(tags)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _checker(upload: ClientUpload) -> Check:
    """Return what raises BadLine for a line that would be rejected."""
    if said := kind_of(upload).said:
        now = database_now()
        return lambda fields: said.check(fields, now)
    choices = choices_of(upload)
    return lambda fields: check_client(fields, zones=known_zones(), choices=choices)


def _check(rows: Rows, found: UploadPreview, check: Check) -> None:
    for line, _content, fields in islice(rows, LOOKED_AT):
        found.looked_at += 1
        try:
            if isinstance(fields, BadLine):
                raise fields
            check(fields)
        except BadLine as problem:
            found.rejections.append(problem.at(line))
