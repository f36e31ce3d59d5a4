"""One import from its first byte to its result: lines are read, checked, gathered and written."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from notification_service.directory.importing.choices import NO_CHOICES, Choices, TagMode
from notification_service.directory.importing.chunk import Chunk
from notification_service.directory.importing.csv_rows import Header, OnHeader
from notification_service.directory.importing.lines import Line, NumberedLines, Read, read_lines
from notification_service.directory.importing.readers import FileFormat, read_rows
from notification_service.directory.importing.report import (
    CONTENT_KEPT,
    BadLine,
    ImportResult,
    ImportStopped,
    RejectedRow,
    WrittenChunk,
)
from notification_service.directory.importing.rows import Rows, check_client, too_many_tags
from notification_service.directory.importing.staging import write_chunk
from notification_service.directory.zones import known_zones
from notification_service.sessions import wait_longer_for_locks

CHUNK_ROWS = 25_000  # 0.3 s of locks and some 15 MB; larger ones are no faster
WORD_SECONDS = 1.0  # between two signs of life to the database, while the file is slow

OnMoved = Callable[[Sequence[int]], None]
OnRejected = Callable[[RejectedRow], None]
OnProgress = Callable[[int, ImportResult], None]
OnWritten = Callable[[WrittenChunk], None]


def import_clients(
    read: Read,
    *,
    file_format: FileFormat,
    on_moved: OnMoved,
    on_rejected: OnRejected = lambda _: None,
    on_progress: OnProgress = lambda _, __: None,
    on_written: OnWritten = lambda _: None,
    header: Header | None = None,
    on_header: OnHeader = lambda _: None,
    choices: Choices = NO_CHOICES,
    resume_after: int = 0,
    chunk_rows: int = CHUNK_ROWS,
) -> ImportResult:
    """Create or update a client for each good line of what `read(size)` gives, until it gives b"".

    If the file does not have a column, existing clients keep the value. Lines with the same phone take effect
    one after another. Two callbacks run on threads of the import: `on_rejected` gets every rejected line, one
    at a time, and `on_progress`, after each read, the bytes so far and the counts of what is written. Two
    others run in the transaction of each chunk, which fails if they do: `on_moved` gets the ids of the
    clients whose time zone changed, if there are any, and `on_written` the written chunk. With its
    `last_line` as `resume_after`, another import of the same bytes continues where that chunk ended. `header`
    says what the columns of a CSV are, instead of the file's first line; `choices` apply to the whole file.
    `on_header` gets the columns of a CSV before any line is read. Raises FileRefused before anything is
    written, ImportStopped if `read` raises OSError.
    """
    run = _Import(on_moved, on_rejected, on_written, choices=choices, chunk_rows=chunk_rows)
    run.merged_attributes = header.merged_attributes if header else []
    counted = metered(read, lambda bytes_read: on_progress(bytes_read, run.result))
    lines = NumberedLines(read_lines(counted))
    rows = read_rows(
        lines,
        file_format,
        header=header,
        required=choices.required,
        on_header=on_header,
        resume_after=resume_after,
    )
    with stopping(run.without_lost_lines):
        run.take_all(lines, rows)
    return run.result


@contextmanager
def stopping(kept: Callable[[], ImportResult]) -> Iterator[None]:
    """Raises ImportStopped, with the counts of what was kept, where the source of the bytes breaks off."""
    try:
        yield
    except BrokenSourceError as broken:
        raise ImportStopped(f"The file broke off: {broken}.", kept()) from broken


class BrokenSourceError(Exception):
    """The source of the bytes raised OSError."""


class _Import:
    def __init__(
        self,
        on_moved: OnMoved,
        on_rejected: OnRejected,
        on_written: OnWritten,
        *,
        choices: Choices,
        chunk_rows: int,
    ) -> None:
        self.result = ImportResult()
        self.merged_attributes: list[str] = []
        self._choices = choices
        self._on_moved = on_moved
        self._on_rejected = on_rejected
        self._on_written = on_written
        self._chunk_rows = chunk_rows
        self._zones = known_zones()
        self._counting = threading.Lock()  # both threads reject lines

    def take_all(self, lines: NumberedLines, rows: Rows) -> None:
        """Write each chunk while a thread, which does not use the database, reads the next one."""
        chunks = self._read_chunks(lines, rows)
        with ThreadPoolExecutor(1, "client-import", translation.activate, (_language(),)) as reader:
            upcoming = reader.submit(next, chunks, None)
            while chunk := _awaited(upcoming):
                upcoming = reader.submit(next, chunks, None)
                self._write(chunk)
        self.result.errors.sort(key=lambda rejection: rejection.line)

    def without_lost_lines(self) -> ImportResult:
        """Return the counts without the lines that were read but not written."""
        counts = self.result
        counts.received = counts.created + counts.updated + counts.unchanged + counts.rejected
        return counts

    def _read_chunks(self, lines: NumberedLines, rows: Rows) -> Iterator[Chunk]:
        chunk = self._new_chunk()
        for number, content, fields in rows:
            self.result.received += 1
            try:
                if isinstance(fields, BadLine):
                    raise fields
                row = check_client(fields, zones=self._zones, choices=self._choices)
                chunk.add(row, (number, content))
            except BadLine as problem:
                chunk.reject(_rejected(problem, (number, content)))
                self._count_rejected(chunk.rejected[-1])
            if chunk.is_full:
                chunk.last_line = lines.last_taken
                yield chunk
                chunk = self._new_chunk()
        chunk.last_line = lines.last_taken
        yield chunk

    def _new_chunk(self) -> Chunk:
        return Chunk(most_rows=self._chunk_rows, keeps_lines=self._choices.tag_mode == TagMode.ADD)

    def _count_rejected(self, line: RejectedRow) -> None:
        with self._counting:
            self.result.add_rejection(line.rejection)
            self._on_rejected(line)

    def _write(self, chunk: Chunk) -> None:
        with transaction.atomic():
            wait_longer_for_locks()
            written = write_chunk(
                chunk, merged_attributes=self.merged_attributes, tag_mode=self._choices.tag_mode
            )
            if written.moved:
                self._on_moved(written.moved)
            overfull = [_rejected(too_many_tags(), chunk.line_of(*place)) for place in written.overfull]
            rejected = sorted([*chunk.rejected, *overfull], key=lambda line: line.rejection.line)
            self._on_written(WrittenChunk(written.counts, rejected, chunk.last_line))
        for line in overfull:
            self._count_rejected(line)
        self.result.created += written.counts.created
        self.result.updated += written.counts.updated
        self.result.unchanged += written.counts.unchanged


def _rejected(problem: BadLine, line: Line) -> RejectedRow:
    number, content = line
    return RejectedRow(problem.at(number), content[:CONTENT_KEPT])


def _awaited(chunk: Future[Chunk | None]) -> Chunk | None:
    """Wait, with signs of life to the database: a session that holds an upload's lock may not be silent."""
    while not wait([chunk], WORD_SECONDS).done:
        connection.is_usable()
    return chunk.result()


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def metered(read: Read, on_read: Callable[[int], None]) -> Read:
    total = 0

    def read_and_report(size: int) -> bytes:
        nonlocal total
        try:
            block = read(size)
        except OSError as error:
            raise BrokenSourceError(str(error) or type(error).__name__) from error
        total += len(block)
        on_read(total)
        return block

    return read_and_report
