"""What a person can do to a bulk action: request, cancel and undo it."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.origin import NAME_LENGTH, current_origin
from notification_service.directory.models import BulkAction, BulkStep
from notification_service.mailings.wake_up import IMPORT, wake_up

Kind, Status = BulkAction.Kind, BulkAction.Status

TO_BE_TAKEN = (Status.WAITING, Status.RUNNING)
UNDOABLE_FOR = timedelta(days=30)
OPPOSITE = {Kind.ADD_TAG: Kind.REMOVE_TAG, Kind.REMOVE_TAG: Kind.ADD_TAG}
ENDS = {
    Status.FINISHED: Action.BULK_FINISHED,
    Status.CANCELLED: Action.BULK_CANCELLED,
    Status.FAILED: Action.BULK_FAILED,
}

log = structlog.get_logger(__name__)


class NotUndoable(Exception):  # noqa: N818
    """It was a deletion, changed nobody, has not ended, was undone already, or is too long ago."""


@transaction.atomic
def request_action(*, kind: str, chosen: Mapping[str, Any], tag: str = "") -> BulkAction:
    """Have a worker do it to all clients of a filter (see `selection`)."""
    return _requested(BulkAction(kind=kind, tag=tag, filter=dict(chosen)))


def undo(action_id: int) -> BulkAction:
    """Have a worker take back what it did to the tags of clients. Raises NotUndoable."""
    try:
        with transaction.atomic():
            action = BulkAction.objects.get(pk=action_id)
            if not can_undo(action):
                raise NotUndoable
            kind = OPPOSITE[Kind(action.kind)]
            return _requested(BulkAction(kind=kind, tag=action.tag, undoes=action))
    except IntegrityError:  # of two at once, one undoes it
        raise NotUndoable from None


def can_undo(action: BulkAction) -> bool:
    return (
        action.kind in OPPOSITE
        and action.changed > 0
        and action.finished_at is not None
        and action.finished_at > timezone.now() - UNDOABLE_FOR
        and not hasattr(action, "undone_by")
    )


def cancel(action_id: int) -> bool:
    """Stop it after the step under way; what is done stays. Return False if it has ended already."""
    return end(action_id, Status.CANCELLED)


@transaction.atomic
def end(action_id: int, status: BulkAction.Status) -> bool:
    going = BulkAction.objects.filter(pk=action_id, status__in=TO_BE_TAKEN)
    if not going.update(status=status, finished_at=Now()):
        return False
    action = BulkAction.objects.get(pk=action_id)
    # A phone to find clients by is personal data, and no longer needed.
    BulkAction.objects.filter(pk=action_id).update(filter=_without_phones(action.filter))
    BulkStep.objects.filter(action=action, changed_ids=None).delete()
    counts = {name: getattr(action, name) for name in ("clients", "changed", "unchanged", "refused")}
    record(ENDS[status], object_id=action_id, kind=action.kind, tag=action.tag, **counts)
    log.info("bulk action ended", action_id=action_id, status=str(status), **counts)
    return True


def forget_old() -> None:
    """Delete the lists of whom actions changed, once these can no longer be undone."""
    BulkStep.objects.filter(action__finished_at__lt=Now() - UNDOABLE_FOR).delete()


def _without_phones(chosen: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in chosen.items() if name != "phones"}


def _requested(action: BulkAction) -> BulkAction:
    action.requested_by = current_origin().actor_name[:NAME_LENGTH]
    action.save()
    about = {"kind": action.kind, "tag": action.tag}
    if action.undoes_id:
        record(Action.BULK_UNDONE, object_id=action.undoes_id, undone_by=action.pk, **about)
    else:
        record(Action.BULK_REQUESTED, object_id=action.pk, filter=action.filter, **about)
    log.info("bulk action requested", action_id=action.pk, kind=action.kind)
    wake_up(IMPORT)
    return action
