"""The first lines of an upload: enough to recognise and to preview it."""

import io
from collections.abc import Iterator

from notification_service.directory.importing.lines import NumberedLines, read_lines
from notification_service.directory.importing.uploads.encodings import as_utf8
from notification_service.directory.importing.uploads.parts import PART_BYTES, head_of
from notification_service.directory.models import ClientUpload


def first_lines(head: bytes, encoding: str) -> NumberedLines:
    return NumberedLines(read_lines(as_utf8(io.BytesIO(head).read, encoding)))


def lines_of_head(upload: ClientUpload, *, parts: int = 1) -> NumberedLines:
    """Return the lines of the first parts. If the file continues, the last, which may be cut, is left out."""
    lines = first_lines(head_of(upload, parts=parts), upload.encoding)
    return lines if is_whole(upload, parts=parts) else NumberedLines(_all_but_last(lines))


def is_whole(upload: ClientUpload, *, parts: int) -> bool:
    return upload.size <= parts * PART_BYTES


def _all_but_last(lines: NumberedLines) -> Iterator[bytes]:
    previous: bytes | None = None
    for _number, line in lines:
        if previous is not None:
            yield previous
        previous = line
