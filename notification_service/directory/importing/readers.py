"""The kinds of file that can be imported."""

from collections.abc import Sequence
from enum import StrEnum
from typing import assert_never

from notification_service.directory.importing.choices import REQUIRED
from notification_service.directory.importing.columns import OF_CLIENTS, Columns
from notification_service.directory.importing.csv_rows import Header, OnHeader, read_csv
from notification_service.directory.importing.lines import NumberedLines
from notification_service.directory.importing.ndjson_rows import read_ndjson
from notification_service.directory.importing.rows import Rows


class FileFormat(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


def read_rows(
    lines: NumberedLines,
    file_format: FileFormat,
    *,
    header: Header | None,
    required: Sequence[str] = REQUIRED,
    columns: Columns = OF_CLIENTS,
    on_header: OnHeader = lambda _: None,
    resume_after: int = 0,
) -> Rows:
    """`header` says what the columns of a CSV are, instead of the file's first line."""
    match file_format:
        case FileFormat.CSV:
            return read_csv(
                lines,
                header=header,
                required=required,
                columns=columns,
                on_header=on_header,
                resume_after=resume_after,
            )
        case FileFormat.NDJSON:
            return read_ndjson(lines, columns=columns, resume_after=resume_after)
        case _:
            assert_never(file_format)
