"""What a person can do to an upload, and what becomes of it if nobody does anything."""

from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.importing.uploads.layout import OF_THE_WHOLE_FILE
from notification_service.directory.models import ClientUpload, RejectedLine, UploadPart
from notification_service.directory.rules import BETWEEN_DIGITS
from notification_service.directory.sql import sql

Status = ClientUpload.Status
TO_BE_TAKEN = (Status.WAITING, Status.RUNNING)
STOPPABLE = (Status.READY, *TO_BE_TAKEN)

ENDS = {
    Status.FINISHED: Action.IMPORT_FINISHED,
    Status.FAILED: Action.IMPORT_FAILED,
    Status.CANCELLED: Action.IMPORT_CANCELLED,
}

LAYOUT = ("encoding", "separator", "columns", "names", *OF_THE_WHOLE_FILE, "zones")
# Needed only for the rejected lines; it may contain personal data.
NOTHING_OF_THE_FILE: dict[str, Any] = {"names": None, "zones": None}
COUNTS = ("created", "updated", "unchanged", "rejected")

UNUSED_FOR = timedelta(days=1)
REJECTED_KEPT_FOR = timedelta(days=30)

log = structlog.get_logger(__name__)


def describe(upload_id: int, **layout: Any) -> bool:
    """Save how to read the file (LAYOUT). Return False if it is no longer ready to be started."""
    return bool(ClientUpload.objects.filter(pk=upload_id, status=Status.READY).update(**layout))


@transaction.atomic
def start(upload_id: int, *, by: str) -> bool:
    """Have it wait for a worker, which `mailings.client_uploads` calls.

    Return False if it was started already, or has ended.
    """
    ready = ClientUpload.objects.filter(pk=upload_id, status=Status.READY)
    if not ready.update(status=Status.WAITING, started_by=by, started_at=Now()):
        return False
    _record(Action.IMPORT_STARTED, upload_id)
    log.info("client upload started", upload_id=upload_id)
    return True


def cancel(upload_id: int) -> bool:
    """Stop it within a second; what is imported stays. Return False if it has ended already."""
    stoppable = ClientUpload.objects.filter(status__in=STOPPABLE)
    return end(upload_id, Status.CANCELLED) if stoppable.filter(pk=upload_id).exists() else False


@transaction.atomic
def end(upload_id: int, status: ClientUpload.Status, *, problem: str = "") -> bool:
    """End the import and delete its file. Return False if it had ended before."""
    open_still = ClientUpload.objects.filter(pk=upload_id, finished_at=None, status__in=STOPPABLE)
    if not open_still.update(status=status, problem=problem, finished_at=Now()):
        return False
    UploadPart.objects.filter(upload_id=upload_id).delete()
    ClientUpload.objects.filter(pk=upload_id, rejected_kept=0).update(**NOTHING_OF_THE_FILE)
    _record(ENDS[status], upload_id)
    log.info("client upload ended", upload_id=upload_id, status=str(status))
    return True


def _record(action: Action, upload_id: int) -> None:
    """One entry for the whole file, with its counts."""
    upload = ClientUpload.objects.get(pk=upload_id)
    facts = {name: getattr(upload, name) for name in COUNTS} if action != Action.IMPORT_STARTED else {}
    record(action, object_id=upload_id, object_name=upload.file_name, problem=upload.problem, **facts)


def rejected_lines_with(phone: str) -> list[dict[str, Any]]:
    """Return the rejected lines with this phone, in whatever way it is written there."""
    found = sql.rows("rejected_lines_of", digits=phone[1:], between=BETWEEN_DIGITS)
    return [dict(zip(("upload", "line", "text", "reason"), row, strict=True)) for row in found]


def forget_old() -> None:
    """Delete files that nobody started, and lists of rejected lines that nobody needs any more.

    Both contain people's phones.
    """
    unfinished = ClientUpload.objects.filter(finished_at=None, created_at__lt=Now() - UNUSED_FOR)
    unfinished.filter(status__in=[Status.ARRIVING, Status.READY]).delete()
    listed = ClientUpload.objects.filter(rejected_kept__gt=0, finished_at__lt=Now() - REJECTED_KEPT_FOR)
    for upload_id in list(listed.values_list("pk", flat=True)):
        with transaction.atomic():
            RejectedLine.objects.filter(upload_id=upload_id).delete()
            listed.filter(pk=upload_id).update(rejected_kept=0, **NOTHING_OF_THE_FILE)
