"""Bulk import of clients: a file's lines create clients, or update those whose phone is known.

A stream is read once, in bounded memory, and written in chunks, each a transaction of its own: an import
that dies keeps the chunks it wrote, and the same file can simply be imported again. `mailings.client_changes`
starts it, for waiting messages follow the clients that it moves.
"""

from notification_service.directory.importing.csv_rows import Header
from notification_service.directory.importing.readers import FileFormat
from notification_service.directory.importing.report import (
    ERRORS_KEPT,
    FileRefused,
    ImportResult,
    ImportStopped,
    Rejection,
    WrittenChunk,
)

__all__ = [
    "ERRORS_KEPT",
    "FileFormat",
    "FileRefused",
    "Header",
    "ImportResult",
    "ImportStopped",
    "Rejection",
    "WrittenChunk",
]
