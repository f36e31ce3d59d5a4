"""Does a bulk action, from where the last worker stopped."""

from collections.abc import Callable, Iterator
from itertools import count, islice
from typing import assert_never

import structlog
from django.db import transaction
from django.db.models import F

from notification_service.directory.models import BulkAction, BulkStep
from notification_service.directory.tag_changes import TagChange, add_tag, remove_tag
from notification_service.mailings.advisory_locks import try_lock
from notification_service.mailings.apart import apart
from notification_service.mailings.bulk_actions.lifecycle import TO_BE_TAKEN, Kind, Status, end
from notification_service.mailings.bulk_actions.selection import chosen_clients
from notification_service.mailings.client_changes import delete_clients

STEP_CLIENTS = 1_000  # some 50 ms of locks; a deletion's are longer
MOST_TRIES = 5

ShouldStop = Callable[[], bool]

log = structlog.get_logger(__name__)


def take_waiting(*, should_stop: ShouldStop = lambda: False, step_clients: int = STEP_CLIENTS) -> None:
    """Do every action that was requested and that no other worker does, the oldest first."""
    going = BulkAction.objects.filter(finished_at=None, status__in=TO_BE_TAKEN).order_by("pk")
    for action_id in list(going.values_list("pk", flat=True)):
        with try_lock(f"bulk action {action_id}") as is_mine:
            if is_mine and not should_stop():
                with apart("bulk action not done", action_id=action_id):
                    _take(action_id, should_stop, step_clients)


def _take(action_id: int, should_stop: ShouldStop, step_clients: int) -> None:
    going = BulkAction.objects.filter(pk=action_id, status__in=TO_BE_TAKEN)
    if not going.update(status=Status.RUNNING, tries=F("tries") + 1):
        return
    action = BulkAction.objects.get(pk=action_id)
    if action.tries > MOST_TRIES:
        end(action_id, Status.FAILED)
        return
    if action.clients is None:
        _list_clients(action, step_clients)
    while not should_stop():
        if not _take_step(action_id):
            end(action_id, Status.FINISHED)
            return
    log.info("bulk action left", action_id=action_id)


@transaction.atomic
def _list_clients(action: BulkAction, step_clients: int) -> None:
    """Read the filter once, as one snapshot; an undone action's clients are those that it changed."""
    clients = 0
    for step in _steps_to_undo(action) if action.undoes_id else _steps(action, step_clients):
        step.save(force_insert=True)
        clients += len(step.client_ids)
    BulkAction.objects.filter(pk=action.pk).update(clients=clients)


def _steps(action: BulkAction, step_clients: int) -> Iterator[BulkStep]:
    ids = chosen_clients(action.filter).order_by("pk").values_list("pk", flat=True).iterator()
    for number in count():
        some = list(islice(ids, step_clients))
        if not some:
            return
        yield BulkStep(action=action, number=number, client_ids=some)


def _steps_to_undo(action: BulkAction) -> Iterator[BulkStep]:
    done = BulkStep.objects.filter(action_id=action.undoes_id).exclude(changed_ids=[]).order_by("number")
    for step in done.iterator():
        yield BulkStep(
            action=action, number=step.number, client_ids=step.changed_ids or [], places=step.changed_places
        )


@transaction.atomic
def _take_step(action_id: int) -> bool:
    """Return False if nothing is left to do, or the action was stopped."""
    going = BulkAction.objects.select_for_update(no_key=True).filter(pk=action_id, status=Status.RUNNING)
    action = going.first()
    step = BulkStep.objects.filter(action_id=action_id, changed_ids=None).order_by("number").first()
    if action is None or step is None:
        return False
    done = _do(action, step)
    step.changed_ids, step.changed_places = done.changed, done.places
    step.save(update_fields=["changed_ids", "changed_places"])
    unchanged = len(step.client_ids) - len(done.changed) - done.refused
    going.update(
        tries=0,
        changed=F("changed") + len(done.changed),
        unchanged=F("unchanged") + unchanged,
        refused=F("refused") + done.refused,
    )
    return True


def _do(action: BulkAction, step: BulkStep) -> TagChange:
    match kind := Kind(action.kind):
        case Kind.ADD_TAG:
            return add_tag(action.tag, client_ids=step.client_ids, places=step.places)
        case Kind.REMOVE_TAG:
            return remove_tag(action.tag, client_ids=step.client_ids)
        case Kind.DELETE:
            return TagChange(delete_clients(step.client_ids, bulk_action=action.pk))
        case _:
            assert_never(kind)
