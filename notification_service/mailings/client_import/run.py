"""One import from its first byte to its result: lines are read, judged, gathered and written."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from enum import StrEnum
from typing import assert_never

from notification_service.mailings.client_import.chunk import Chunk
from notification_service.mailings.client_import.csv_rows import read_csv
from notification_service.mailings.client_import.lines import NumberedLines, Read, read_lines
from notification_service.mailings.client_import.ndjson_rows import read_ndjson
from notification_service.mailings.client_import.report import BadLine, ImportResult, ImportStopped, Rejection
from notification_service.mailings.client_import.rules import Rows, check_client, known_zones
from notification_service.mailings.client_import.staging import write_chunk

CHUNK_ROWS = 25_000  # 0.3 s of locks and some 15 MB; larger ones are no faster

OnRejected = Callable[[Rejection], None]
OnProgress = Callable[[int, ImportResult], None]


class FileFormat(StrEnum):
    CSV = "csv"
    NDJSON = "ndjson"


def import_clients(
    read: Read,
    *,
    file_format: FileFormat,
    on_rejected: OnRejected = lambda _: None,
    on_progress: OnProgress = lambda _, __: None,
    chunk_rows: int = CHUNK_ROWS,
) -> ImportResult:
    """Create or update a client for each good line of what `read(size)` gives, until it gives b"".

    A column that the file does not have is left alone in clients who exist; of the lines with the same
    phone each acts on what the one before it left. `on_rejected` hears of every line not taken,
    `on_progress`, after each read, the bytes so far and the counts of what is written: both on a thread
    of the import's own.
    Raises FileRefused before anything is written, ImportStopped where `read` raises OSError.
    """
    run = _Import(on_rejected, chunk_rows=chunk_rows)
    try:
        run.take_all(_metered(read, lambda bytes_read: on_progress(bytes_read, run.result)), file_format)
    except _BrokenSourceError as broken:
        raise ImportStopped(f"The file broke off: {broken}.", run.without_lost_lines()) from broken
    return run.result


class _BrokenSourceError(Exception):
    """The source of the bytes raised OSError."""


class _Import:
    def __init__(self, on_rejected: OnRejected, *, chunk_rows: int) -> None:
        self.result = ImportResult()
        self._on_rejected = on_rejected
        self._chunk_rows = chunk_rows
        self._zones = known_zones()

    def take_all(self, read: Read, file_format: FileFormat) -> None:
        """Write each chunk while a thread, which knows no database, reads the next one."""
        chunks = self._read_chunks(_read_rows(NumberedLines(read_lines(read)), file_format))
        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="client-import") as reader:
            upcoming = reader.submit(next, chunks, None)
            while chunk := upcoming.result():
                upcoming = reader.submit(next, chunks, None)
                self._write(chunk)

    def without_lost_lines(self) -> ImportResult:
        """The counts when the lines read, but not written, are gone."""
        counts = self.result
        counts.received = counts.created + counts.updated + counts.unchanged + counts.rejected
        return counts

    def _read_chunks(self, rows: Rows) -> Iterator[Chunk]:
        chunk = Chunk(most_rows=self._chunk_rows)
        for number, fields in rows:
            self.result.received += 1
            try:
                if isinstance(fields, BadLine):
                    raise fields
                chunk.add(check_client(fields, zones=self._zones))
            except BadLine as problem:
                self._reject(problem.at(number))
            if chunk.is_full:
                yield chunk
                chunk = Chunk(most_rows=self._chunk_rows)
        yield chunk

    def _reject(self, rejection: Rejection) -> None:
        self.result.add_rejection(rejection)
        self._on_rejected(rejection)

    def _write(self, chunk: Chunk) -> None:
        written = write_chunk(chunk)
        self.result.created += written.created
        self.result.updated += written.updated
        self.result.unchanged += written.unchanged


def _read_rows(lines: NumberedLines, file_format: FileFormat) -> Rows:
    match file_format:
        case FileFormat.CSV:
            return read_csv(lines)
        case FileFormat.NDJSON:
            return read_ndjson(lines)
        case _:
            assert_never(file_format)


def _metered(read: Read, on_read: Callable[[int], None]) -> Read:
    total = 0

    def read_and_tell(size: int) -> bytes:
        nonlocal total
        try:
            block = read(size)
        except OSError as error:
            raise _BrokenSourceError(str(error) or type(error).__name__) from error
        total += len(block)
        on_read(total)
        return block

    return read_and_tell
