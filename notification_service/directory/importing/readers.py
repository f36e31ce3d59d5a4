"""The kinds of file that an import takes."""

from enum import StrEnum
from typing import assert_never

from notification_service.directory.importing.csv_rows import Header, read_csv
from notification_service.directory.importing.lines import NumberedLines
from notification_service.directory.importing.ndjson_rows import read_ndjson
from notification_service.directory.importing.rows import Rows


class FileFormat(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


def read_rows(
    lines: NumberedLines, file_format: FileFormat, *, header: Header | None, resume_after: int
) -> Rows:
    """`header` says what the columns of a CSV are, whatever the file's first line calls them."""
    match file_format:
        case FileFormat.CSV:
            return read_csv(lines, header=header, resume_after=resume_after)
        case FileFormat.NDJSON:
            return read_ndjson(lines, resume_after=resume_after)
        case _:
            assert_never(file_format)
