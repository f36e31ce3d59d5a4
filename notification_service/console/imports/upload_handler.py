"""Writes a file from a form straight into the database, without keeping it on disk or in memory."""

from typing import Any

from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import ClientUpload


class UploadHandler(FileUploadHandler):
    """Takes the first file of the form. `refusal` says why it was not taken."""

    chunk_size = 256 * 1024

    def __init__(self, request: HttpRequest, *, kind: str) -> None:
        super().__init__(request)
        self._kind = kind
        self.refusal = ""
        self._by = request.user.get_username()
        self._arrival: IncomingFile | None = None
        self._is_kept = False

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._arrival is not None:
            raise SkipFile
        self._arrival = IncomingFile(file_name=self.file_name or "", by=self._by, kind=self._kind)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 (Django passes it)
        # What follows a refusal is read and dropped: a browser reads a response once it has sent everything.
        if self._arrival is not None and not self.refusal:
            try:
                self._arrival.write(raw_data)
            except FileRefused as refusal:
                self.refusal = str(refusal)

    def file_complete(self, file_size: int) -> None:
        """Do nothing: the fields after it show whether it is complete."""

    def finish(self) -> ClientUpload | None:
        """Return the upload; None without a file, or if it was refused."""
        if self._arrival is None or self.refusal:
            return None
        try:
            upload = self._arrival.finish()
        except FileRefused as refusal:
            self.refusal = str(refusal)
            return None
        self._is_kept = True
        return upload

    def clean_up(self) -> None:
        if self._arrival is not None and not self._is_kept:
            self._arrival.discard()
