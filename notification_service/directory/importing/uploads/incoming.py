"""A file on its way in: refused at once if it is not a table, otherwise stored while it arrives."""

import hashlib

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.csv_rows import read_header
from notification_service.directory.importing.lines import refuse_foreign
from notification_service.directory.importing.uploads.encodings import EncodingGuess
from notification_service.directory.importing.uploads.head import first_lines
from notification_service.directory.importing.uploads.layout import take_header, take_up_rejected
from notification_service.directory.importing.uploads.parts import PART_BYTES, PartWriter
from notification_service.directory.importing.uploads.written_zones import find_written_zones
from notification_service.directory.models import ClientUpload

NAME_LENGTH = 255


class IncomingFile:
    """A file as its bytes arrive. A caller that does not `finish` it must `discard` it."""

    def __init__(self, *, file_name: str, by: str, kind: str = ClientUpload.Kind.CLIENTS) -> None:
        name = file_name.replace("\0", "")[-NAME_LENGTH:] or kind
        self._upload = ClientUpload.objects.create(file_name=name, uploaded_by=by, kind=kind)
        self.upload_id: int = self._upload.pk
        self._parts = PartWriter(self.upload_id)
        # The same file may be uploaded as another kind.
        self._digest = hashlib.sha256(b"" if kind == ClientUpload.Kind.CLIENTS else kind.encode())
        self._guess = EncodingGuess()
        self._head = b""

    def write(self, block: bytes) -> None:
        """Raises FileRefused as soon as the first bytes show that this is not a list of clients."""
        if len(self._head) < PART_BYTES:
            self._head += block[: PART_BYTES - len(self._head)]
            if len(self._head) == PART_BYTES:
                _file_format(self._head, _encoding(self._head))
        self._parts.write(block)
        self._digest.update(block)
        self._guess.feed(block)
        self._upload.size += len(block)
        self._upload.lines += block.count(b"\n")

    @property
    def digest(self) -> str:
        return self._digest.hexdigest()

    def finish(self) -> ClientUpload:
        """Return the upload, ready for its preview; if the same file waits or runs already, that one.

        Raises FileRefused.
        """
        self._parts.finish()
        upload = self._upload
        upload.encoding = self._guess.encoding
        upload.file_format = _file_format(self._head, upload.encoding)
        upload.digest = self._digest.digest()
        upload.language = get_language() or "en"
        upload.status = ClientUpload.Status.READY
        if upload.file_format == ClientUpload.Format.CSV:
            take_header(upload, read_header(first_lines(self._head, upload.encoding)))
        chosen = take_up_rejected(upload)
        upload.zones = find_written_zones(upload, at=timezone.now(), chosen=chosen).as_json()
        try:
            with transaction.atomic():
                upload.save()
                record(
                    Action.IMPORT_UPLOADED,
                    object_id=upload.pk,
                    object_name=upload.file_name,
                    bytes=upload.size,
                )
        except IntegrityError:
            self.discard()
            return ClientUpload.objects.filter(digest=upload.digest).latest("pk")
        return upload

    def discard(self) -> None:
        """May be repeated: a transaction around `finish` may have been rolled back."""
        ClientUpload.objects.filter(pk=self.upload_id).delete()


def _encoding(head: bytes) -> str:
    guess = EncodingGuess()
    guess.feed(head)
    return guess.encoding


def _file_format(head: bytes, encoding: str) -> ClientUpload.Format:
    """Return the format by what is in the file, not by its name. Raises FileRefused."""
    if encoding != ClientUpload.Encoding.UTF16:
        refuse_foreign(head.partition(b"\n")[0])
    first = next((line for _number, line in first_lines(head, encoding) if line.strip()), b"")
    if not first:
        raise FileRefused(_("The file is empty."))
    if first.lstrip().startswith(b"["):
        raise FileRefused(_("This is one JSON array: write one object on each line, with no commas between."))
    if first.lstrip().startswith(b"{"):
        return ClientUpload.Format.NDJSON
    read_header(first_lines(head, encoding))
    return ClientUpload.Format.CSV
