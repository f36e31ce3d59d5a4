"""Bulk import of clients: a file's lines create clients, or update those whose phone is known.

A stream is read once, in limited memory, and written in chunks, each in its own transaction. An import that
dies keeps the chunks it wrote, and the same file can simply be imported again. `mailings.client_changes`
starts it, because a client's move to another zone also moves the client's waiting messages.
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
