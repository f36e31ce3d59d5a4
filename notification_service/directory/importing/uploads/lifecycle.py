"""What a person does to an upload, and what becomes of it when nobody does anything."""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from django.db import transaction
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.models import ClientUpload, RejectedLine, UploadPart

Status = ClientUpload.Status
TO_BE_TAKEN = (Status.WAITING, Status.RUNNING)
STOPPABLE = (Status.READY, *TO_BE_TAKEN)

ENDS = {
    Status.FINISHED: Action.IMPORT_FINISHED,
    Status.FAILED: Action.IMPORT_FAILED,
    Status.CANCELLED: Action.IMPORT_CANCELLED,
}

COUNTS = ("created", "updated", "unchanged", "rejected")

UNUSED_FOR = timedelta(days=1)
REJECTED_KEPT_FOR = timedelta(days=30)

log = structlog.get_logger(__name__)


def describe(upload_id: int, *, encoding: str, separator: str, columns: Sequence[str]) -> bool:
    """Say how the file is to be read; False where it is no longer ready to be started."""
    ready = ClientUpload.objects.filter(pk=upload_id, status=Status.READY)
    return bool(ready.update(encoding=encoding, separator=separator, columns=list(columns)))


@transaction.atomic
def start(upload_id: int, *, by: str) -> bool:
    """It waits for a worker from now on, which `mailings.client_uploads` calls.

    False where it was started already, or is over.
    """
    ready = ClientUpload.objects.filter(pk=upload_id, status=Status.READY)
    if not ready.update(status=Status.WAITING, started_by=by, started_at=Now()):
        return False
    _record(Action.IMPORT_STARTED, upload_id)
    log.info("client upload started", upload_id=upload_id)
    return True


def cancel(upload_id: int) -> bool:
    """Stop it within a second; what is taken stays. False where it is over already."""
    stoppable = ClientUpload.objects.filter(status__in=STOPPABLE)
    return end(upload_id, Status.CANCELLED) if stoppable.filter(pk=upload_id).exists() else False


@transaction.atomic
def end(upload_id: int, status: ClientUpload.Status, *, problem: str = "") -> bool:
    """The import is over, and its file goes. False where it was over before."""
    open_still = ClientUpload.objects.filter(pk=upload_id, finished_at=None, status__in=STOPPABLE)
    if not open_still.update(status=status, problem=problem, finished_at=Now()):
        return False
    UploadPart.objects.filter(upload_id=upload_id).delete()
    _record(ENDS[status], upload_id)
    log.info("client upload ended", upload_id=upload_id, status=str(status))
    return True


def _record(action: Action, upload_id: int) -> None:
    """One entry for the whole file, with its counts."""
    upload = ClientUpload.objects.get(pk=upload_id)
    facts = {name: getattr(upload, name) for name in COUNTS} if action != Action.IMPORT_STARTED else {}
    record(action, object_id=upload_id, object_name=upload.file_name, problem=upload.problem, **facts)


def forget_old() -> None:
    """Remove files that nobody started, and lists of rejected lines that nobody needs any more.

    Both hold phones of people.
    """
    unfinished = ClientUpload.objects.filter(finished_at=None, created_at__lt=Now() - UNUSED_FOR)
    unfinished.filter(status__in=[Status.ARRIVING, Status.READY]).delete()
    listed = ClientUpload.objects.filter(rejected_kept__gt=0, finished_at__lt=Now() - REJECTED_KEPT_FOR)
    for upload_id in list(listed.values_list("pk", flat=True)):
        with transaction.atomic():
            RejectedLine.objects.filter(upload_id=upload_id).delete()
            listed.filter(pk=upload_id).update(rejected_kept=0)
