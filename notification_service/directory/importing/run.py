"""One import from its first byte to its result: lines are read, judged, gathered and written."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from notification_service.directory.importing.chunk import Chunk
from notification_service.directory.importing.csv_rows import Header
from notification_service.directory.importing.lines import NumberedLines, Read, read_lines
from notification_service.directory.importing.readers import FileFormat, read_rows
from notification_service.directory.importing.report import (
    CONTENT_KEPT,
    BadLine,
    ImportResult,
    ImportStopped,
    RejectedRow,
    Rejection,
    WrittenChunk,
)
from notification_service.directory.importing.rows import Rows, check_client
from notification_service.directory.importing.staging import write_chunk
from notification_service.directory.zones import known_zones
from notification_service.sessions import wait_longer_for_locks

CHUNK_ROWS = 25_000  # 0.3 s of locks and some 15 MB; larger ones are no faster
WORD_SECONDS = 1.0  # between two words to the database, while the file takes its time

OnMoved = Callable[[Sequence[int]], None]
OnRejected = Callable[[Rejection], None]
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
    resume_after: int = 0,
    chunk_rows: int = CHUNK_ROWS,
) -> ImportResult:
    """Create or update a client for each good line of what `read(size)` gives, until it gives b"".

    A column that the file does not have is left alone in clients who exist; of the lines with the same
    phone each acts on what the one before it left. `on_rejected` is given every line not taken,
    `on_progress`, after each read, the bytes so far and the counts of what is written: both on a thread
    of the import's own. Two are called in the transaction of each chunk, which fails if they do: `on_moved`
    with the ids of the clients whose time zone changed, where there are any, and `on_written`, with whose
    `last_line` as `resume_after` another import of the same bytes goes on where that chunk ended.
    `header` says what the columns of a CSV are, whatever the file's first line calls them.
    Raises FileRefused before anything is written, ImportStopped where `read` raises OSError.
    """
    run = _Import(on_moved, on_rejected, on_written, chunk_rows=chunk_rows)
    metered = _metered(read, lambda bytes_read: on_progress(bytes_read, run.result))
    lines = NumberedLines(read_lines(metered))
    try:
        run.take_all(lines, read_rows(lines, file_format, header=header, resume_after=resume_after))
    except _BrokenSourceError as broken:
        raise ImportStopped(f"The file broke off: {broken}.", run.without_lost_lines()) from broken
    return run.result


class _BrokenSourceError(Exception):
    """The source of the bytes raised OSError."""


class _Import:
    def __init__(
        self, on_moved: OnMoved, on_rejected: OnRejected, on_written: OnWritten, *, chunk_rows: int
    ) -> None:
        self.result = ImportResult()
        self._on_moved = on_moved
        self._on_rejected = on_rejected
        self._on_written = on_written
        self._chunk_rows = chunk_rows
        self._zones = known_zones()

    def take_all(self, lines: NumberedLines, rows: Rows) -> None:
        """Write each chunk while a thread, which knows no database, reads the next one."""
        chunks = self._read_chunks(lines, rows)
        with ThreadPoolExecutor(1, "client-import", translation.activate, (_language(),)) as reader:
            upcoming = reader.submit(next, chunks, None)
            while chunk := _awaited(upcoming):
                upcoming = reader.submit(next, chunks, None)
                self._write(chunk)

    def without_lost_lines(self) -> ImportResult:
        """The counts when the lines read, but not written, are gone."""
        counts = self.result
        counts.received = counts.created + counts.updated + counts.unchanged + counts.rejected
        return counts

    def _read_chunks(self, lines: NumberedLines, rows: Rows) -> Iterator[Chunk]:
        chunk = Chunk(most_rows=self._chunk_rows)
        for number, content, fields in rows:
            self.result.received += 1
            try:
                if isinstance(fields, BadLine):
                    raise fields
                chunk.add(check_client(fields, zones=self._zones))
            except BadLine as problem:
                self._reject(RejectedRow(problem.at(number), content[:CONTENT_KEPT]), chunk)
            if chunk.is_full:
                chunk.last_line = lines.last_taken
                yield chunk
                chunk = Chunk(most_rows=self._chunk_rows)
        chunk.last_line = lines.last_taken
        yield chunk

    def _reject(self, line: RejectedRow, chunk: Chunk) -> None:
        chunk.reject(line)
        self.result.add_rejection(line.rejection)
        self._on_rejected(line.rejection)

    def _write(self, chunk: Chunk) -> None:
        with transaction.atomic():
            wait_longer_for_locks()
            written = write_chunk(chunk)
            if written.moved:
                self._on_moved(written.moved)
            self._on_written(WrittenChunk(written.counts, chunk.rejected, chunk.last_line))
        self.result.created += written.counts.created
        self.result.updated += written.counts.updated
        self.result.unchanged += written.counts.unchanged


def _awaited(chunk: Future[Chunk | None]) -> Chunk | None:
    """With a word to the database now and then: a session that holds an upload's lock may not be silent."""
    while not wait([chunk], WORD_SECONDS).done:
        connection.is_usable()
    return chunk.result()


def _language() -> str:
    return translation.get_language() or settings.LANGUAGE_CODE


def _metered(read: Read, on_read: Callable[[int], None]) -> Read:
    total = 0

    def read_and_report(size: int) -> bytes:
        nonlocal total
        try:
            block = read(size)
        except OSError as error:
            raise _BrokenSourceError(str(error) or type(error).__name__) from error
        total += len(block)
        on_read(total)
        return block

    return read_and_report
