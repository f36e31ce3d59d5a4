"""Imports a started upload from where the last worker stopped (see `mailings.client_uploads`)."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import structlog
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from notification_service.directory.importing import (
    FileFormat,
    FileRefused,
    ImportStopped,
    WrittenChunk,
)
from notification_service.directory.importing.preference_rows import PreferenceKind
from notification_service.directory.importing.preferences import import_uploaded
from notification_service.directory.importing.report import RejectedRow
from notification_service.directory.importing.run import OnMoved, import_clients
from notification_service.directory.importing.uploads.encodings import as_utf8
from notification_service.directory.importing.uploads.kinds import kind_of
from notification_service.directory.importing.uploads.layout import choices_of, header_of
from notification_service.directory.importing.uploads.lifecycle import TO_BE_TAKEN, Status, end
from notification_service.directory.importing.uploads.parts import PartReader, open_parts
from notification_service.directory.models import ClientUpload, RejectedLine

MOST_TRIES = 5
REJECTED_KEPT = 100_000

ShouldStop = Callable[[], bool]
OnSaid = Callable[[str, Sequence[str]], object]

log = structlog.get_logger(__name__)


class _Stopped(Exception):  # noqa: N818
    """It was cancelled, another worker has it, or the process stops: this chunk must not be written."""


def waiting_uploads() -> list[int]:
    """Return those that were started and have not ended, the oldest first."""
    waiting = ClientUpload.objects.filter(finished_at=None, status__in=TO_BE_TAKEN).order_by("pk")
    return list(waiting.values_list("pk", flat=True))


def take_upload(
    upload_id: int, *, on_moved: OnMoved, on_said: OnSaid, should_stop: ShouldStop, **options: Any
) -> None:
    """Import what is left of the file, unless it has ended. No other worker may be importing it.

    `on_moved` and `options` are options of `import_clients`. `on_said` gets the kind of the upload and the
    phones of each chunk of opt-outs or consents, once it is committed.
    """
    upload = _begin(upload_id)
    if upload is None:
        return
    with translation.override(upload.language):
        if upload.tries > MOST_TRIES:
            end(upload_id, Status.FAILED, problem=_gave_up(upload))
            return
        try:
            if said := kind_of(upload).said:
                _import_said(upload, said, should_stop, on_said=partial(on_said, upload.kind))
            else:
                _import(upload, should_stop, on_moved=on_moved, **options)
        except _Stopped:
            log.info("client upload left", upload_id=upload_id, last_line=upload.last_line)
        except (FileRefused, ImportStopped) as problem:
            end(upload_id, Status.FAILED, problem=str(problem))
        else:
            end(upload_id, Status.FINISHED)


def _begin(upload_id: int) -> ClientUpload | None:
    started = ClientUpload.objects.filter(pk=upload_id, status__in=TO_BE_TAKEN)
    if not started.update(status=Status.RUNNING, tries=F("tries") + 1):
        return None
    return ClientUpload.objects.get(pk=upload_id)


def _gave_up(upload: ClientUpload) -> str:
    words = _("It stopped %(tries)d times after line %(line)d. The workers' log says why.")
    return words % {"tries": MOST_TRIES, "line": upload.last_line}


def _import(upload: ClientUpload, should_stop: ShouldStop, **options: Any) -> None:
    with open_parts(upload) as parts:
        import_clients(
            as_utf8(parts.read, upload.encoding),
            file_format=FileFormat(upload.file_format),
            header=header_of(upload),
            choices=choices_of(upload),
            resume_after=upload.last_line,
            on_written=lambda chunk: _record_progress(upload, chunk, parts, should_stop),
            **options,
        )


def _import_said(
    upload: ClientUpload,
    said: PreferenceKind,
    should_stop: ShouldStop,
    *,
    on_said: Callable[[Sequence[str]], object],
) -> None:
    with open_parts(upload) as parts:
        import_uploaded(
            as_utf8(parts.read, upload.encoding),
            said,
            file_format=FileFormat(upload.file_format),
            header=header_of(upload),
            resume_after=upload.last_line,
            on_written=lambda chunk: _record_progress(upload, chunk, parts, should_stop),
            on_said=on_said,
        )


def _record_progress(
    upload: ClientUpload, chunk: WrittenChunk, parts: PartReader, should_stop: ShouldStop
) -> None:
    """Record, in the transaction of the chunk, how far the file is imported, and the result so far."""
    if should_stop():
        raise _Stopped
    kept = chunk.rejected[: REJECTED_KEPT - upload.rejected_kept]
    mine = ClientUpload.objects.filter(pk=upload.pk, status=Status.RUNNING, last_line=upload.last_line)
    changed = mine.update(
        last_line=chunk.last_line,
        bytes_done=parts.bytes_read,
        tries=0,
        created=F("created") + chunk.counts.created,
        updated=F("updated") + chunk.counts.updated,
        unchanged=F("unchanged") + chunk.counts.unchanged,
        rejected=F("rejected") + len(chunk.rejected),
        rejected_kept=F("rejected_kept") + len(kept),
    )
    if not changed:
        raise _Stopped
    RejectedLine.objects.bulk_create([_row(upload, line) for line in kept], batch_size=5_000)
    upload.last_line = chunk.last_line
    upload.rejected_kept += len(kept)


def _row(upload: ClientUpload, line: RejectedRow) -> RejectedLine:
    return RejectedLine(
        upload=upload,
        line=line.rejection.line,
        field=line.rejection.field or "",
        reason=line.rejection.reason,
        content=line.text,
    )
