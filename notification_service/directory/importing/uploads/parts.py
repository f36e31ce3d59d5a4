"""A file in the database, written and read in parts, so that its size does not matter for memory."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

from django.db import connection

from notification_service.directory.importing.lines import BLOCK_BYTES
from notification_service.directory.models import ClientUpload, UploadPart
from notification_service.directory.sql import sql

PART_BYTES = BLOCK_BYTES


class PartWriter:
    def __init__(self, upload_id: int) -> None:
        self._upload_id = upload_id
        self._number = 0
        self._waiting = bytearray()

    def write(self, block: bytes) -> None:
        self._waiting += block
        while len(self._waiting) >= PART_BYTES:
            self._store(PART_BYTES)

    def finish(self) -> None:
        if self._waiting:
            self._store(PART_BYTES)

    def _store(self, size: int) -> None:
        content = bytes(self._waiting[:size])
        UploadPart.objects.create(upload_id=self._upload_id, number=self._number, content=content)
        self._number += 1
        del self._waiting[:size]


class PartReader:
    def __init__(self, session: Any, upload: ClientUpload) -> None:
        self._session = session
        self._upload = upload
        self._number = 0
        self.bytes_read = 0

    def read(self, _size: int) -> bytes:
        """Return the next part, at most PART_BYTES; b"" after the last. Raises OSError if one is missing."""
        if self.bytes_read >= self._upload.size:
            return b""
        place = {"upload_id": self._upload.pk, "number": self._number}
        row = self._session.execute(sql.text("read_part"), place).fetchone()
        if row is None:
            raise OSError("the file is no longer kept")
        self._number += 1
        content = bytes(row[0])
        self.bytes_read += len(content)
        return content


@contextmanager
def open_parts(upload: ClientUpload) -> Iterator[PartReader]:
    """Open them on a separate session: the import reads on one thread while it writes on another."""
    with closing(connection.get_new_connection(connection.get_connection_params())) as session:
        session.autocommit = True
        yield PartReader(session, upload)


def head_of(upload: ClientUpload, *, parts: int = 1) -> bytes:
    """Return the content of the first parts of the file."""
    first = UploadPart.objects.filter(upload=upload, number__lt=parts).order_by("number")
    return b"".join(map(bytes, first.values_list("content", flat=True)))
