"""Bulk import of opt-outs and of consents: a line for each, which is new or in force already.

A stream is read once, and written in chunks, each in its own transaction. A file can be imported again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from django.db import connection, transaction

from notification_service.audit.log import record
from notification_service.database.clock import database_now
from notification_service.directory.importing.csv_rows import Header
from notification_service.directory.importing.lines import NumberedLines, Read, read_lines
from notification_service.directory.importing.preference_rows import PreferenceKind, Row
from notification_service.directory.importing.readers import FileFormat, read_rows
from notification_service.directory.importing.report import (
    CONTENT_KEPT,
    BadLine,
    ImportResult,
    RejectedRow,
    WrittenChunk,
)
from notification_service.directory.importing.run import metered, stopping
from notification_service.directory.sql import sql
from notification_service.sessions import wait_longer_for_locks

CHUNK_ROWS = 10_000  # what is said by them holds within a second of its being read
REQUIRED = ("phone",)

OnWritten = Callable[[Sequence[str]], object]


def import_preferences(
    read: Read, kind: PreferenceKind, *, file_format: FileFormat, on_written: OnWritten
) -> ImportResult:
    """Take each good line of what `read(size)` gives, until it gives b"".

    `on_written` gets the phones of each chunk once it is committed. Raises FileRefused before anything is
    written, ImportStopped if `read` raises OSError.
    """
    result = ImportResult()
    lines = NumberedLines(read_lines(metered(read, lambda _: None)))
    rows = read_rows(lines, file_format, header=None, required=REQUIRED, columns=kind.columns)
    checked = _checked(rows, kind, result, now=database_now())
    with stopping(lambda: _without_lost_lines(result)):
        while chunk := list(islice(checked, CHUNK_ROWS)):
            created = _write(chunk, kind)
            result.created += created
            result.unchanged += len(chunk) - created
            on_written(sorted({row.phone for row in chunk}))
    return result


def import_uploaded(
    read: Read,
    kind: PreferenceKind,
    *,
    file_format: FileFormat,
    header: Header | None,
    resume_after: int,
    on_written: Callable[[WrittenChunk], None],
    on_said: OnWritten,
) -> None:
    """Do the same to an upload, from the line after `resume_after`.

    `on_written` runs in the transaction of each chunk, which fails if it does; `on_said` gets the phones of
    the chunk after it. A process that dies in between cancels nothing then: whoever claims what waits for
    these phones sees that they have changed, and does.
    """
    lines, now = NumberedLines(read_lines(read)), database_now()
    columns = kind.columns
    rows = read_rows(
        lines, file_format, header=header, required=REQUIRED, columns=columns, resume_after=resume_after
    )
    while chunk := list(islice(rows, CHUNK_ROWS)):
        good, rejected = _sorted_out(chunk, kind, now=now)
        with transaction.atomic():
            created = _write(good, kind) if good else 0
            counts = ImportResult(created=created, unchanged=len(good) - created)
            on_written(WrittenChunk(counts, rejected, lines.last_taken))
        on_said(sorted({row.phone for row in good}))


def _sorted_out(
    rows: Iterable[tuple[int, bytes, dict[str, object] | BadLine]], kind: PreferenceKind, *, now: datetime
) -> tuple[list[Row], list[RejectedRow]]:
    good: list[Row] = []
    rejected: list[RejectedRow] = []
    for number, content, fields in rows:
        try:
            if isinstance(fields, BadLine):
                raise fields
            good.append(kind.check(fields, now))
        except BadLine as problem:
            rejected.append(RejectedRow(problem.at(number), content[:CONTENT_KEPT]))
    return good, rejected


def _checked(
    rows: Iterator[tuple[int, bytes, dict[str, object] | BadLine]],
    kind: PreferenceKind,
    result: ImportResult,
    *,
    now: datetime,
) -> Iterator[Row]:
    for number, _content, fields in rows:
        result.received += 1
        try:
            if isinstance(fields, BadLine):
                raise fields
            yield kind.check(fields, now)
        except BadLine as problem:
            result.add_rejection(problem.at(number))


@transaction.atomic
def _write(chunk: list[Row], kind: PreferenceKind) -> int:
    """Return how many of them are new. They are written in the order of phones, so that imports never wait
    for each other in a circle.
    """
    wait_longer_for_locks()
    sql.execute(kind.create_table)
    columns = ", ".join(kind.columns.names)
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(f"TRUNCATE pg_temp.{kind.table}")
        with cursor.copy(f"COPY pg_temp.{kind.table} ({columns}) FROM STDIN") as copy:
            for row in chunk:
                copy.write_row(row)
    created = sql.execute(kind.insert)
    if created:
        record(kind.action, created=created, unchanged=len(chunk) - created)
    return created


def _without_lost_lines(result: ImportResult) -> ImportResult:
    result.received = result.created + result.unchanged + result.rejected
    return result
