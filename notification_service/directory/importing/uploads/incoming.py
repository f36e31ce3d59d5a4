"""A file on its way in: refused at once where it is no table, else stored while it arrives."""

import hashlib
import io

from django.db import IntegrityError, transaction
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.importing import FileRefused
from notification_service.directory.importing.csv_rows import read_header
from notification_service.directory.importing.lines import NumberedLines, read_lines, refuse_foreign
from notification_service.directory.importing.uploads.columns import recognise
from notification_service.directory.importing.uploads.encodings import EncodingGuess, as_utf8
from notification_service.directory.importing.uploads.parts import PART_BYTES, PartWriter
from notification_service.directory.models import ClientUpload

NAME_LENGTH = 255


class IncomingFile:
    """The file as its bytes come. Whoever does not `finish` it must `discard` it."""

    def __init__(self, *, file_name: str, by: str) -> None:
        name = file_name.replace("\0", "")[-NAME_LENGTH:] or "clients"
        self._upload = ClientUpload.objects.create(file_name=name, uploaded_by=by)
        self._parts = PartWriter(self._upload.pk)
        self._digest = hashlib.sha256()
        self._guess = EncodingGuess()
        self._head = b""

    def write(self, block: bytes) -> None:
        """Raises FileRefused as soon as the first bytes tell that this is no list of clients."""
        if len(self._head) < PART_BYTES:
            self._head += block[: PART_BYTES - len(self._head)]
            if len(self._head) == PART_BYTES:
                _file_format(self._head, _encoding(self._head))
        self._parts.write(block)
        self._digest.update(block)
        self._guess.feed(block)
        self._upload.size += len(block)
        self._upload.lines += block.count(b"\n")

    def finish(self) -> ClientUpload:
        """The upload, ready to be looked at; where the same file waits or runs already, that one.

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
            upload.separator, upload.columns = _layout(self._head, upload.encoding)
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
        self._upload.delete()


def first_lines(head: bytes, encoding: str) -> NumberedLines:
    return NumberedLines(read_lines(as_utf8(io.BytesIO(head).read, encoding)))


def _encoding(head: bytes) -> str:
    guess = EncodingGuess()
    guess.feed(head)
    return guess.encoding


def _file_format(head: bytes, encoding: str) -> ClientUpload.Format:
    """By what is in the file, whatever its name. Raises FileRefused."""
    if encoding != ClientUpload.Encoding.UTF16:
        refuse_foreign(head.partition(b"\n")[0])
    first = next((line for _number, line in first_lines(head, encoding) if line.strip()), b"")
    if not first:
        raise FileRefused(_("The file is empty."))
    if first.lstrip().startswith(b"["):
        raise FileRefused(_("This is one JSON array: write one object on each line, with no commas between."))
    if first.lstrip().startswith(b"{"):
        return ClientUpload.Format.NDJSON
    _layout(head, encoding)
    return ClientUpload.Format.CSV


def _layout(head: bytes, encoding: str) -> tuple[str, list[str]]:
    header = read_header(first_lines(head, encoding))
    return header.separator, recognise(header.columns)
