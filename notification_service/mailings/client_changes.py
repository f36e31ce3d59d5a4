"""The way to change clients: what waits for them follows, which the directory below knows nothing of."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import structlog
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Greatest, Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory import changes
from notification_service.directory.changes import create_client
from notification_service.directory.importing import audited, run
from notification_service.directory.models import Client
from notification_service.directory.versions import Versions
from notification_service.mailings.models import Attempt, DueMessage, Message, Trial
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.sessions import request_transaction

__all__ = [
    "create_client",
    "delete_client",
    "import_audited",
    "import_clients",
    "make_waiting_due",
    "update_client",
]

LAST_RETRY = Subquery(
    Attempt.objects.filter(message=OuterRef("pk"), retry_at__isnull=False)
    .order_by("-retry_at")
    .values("retry_at")[:1]
)

log = structlog.get_logger(__name__)


@request_transaction()
def update_client(client_id: int, *, expected: Versions = None, **fields: Any) -> Client:
    """Change a client; one who moved to another zone has the waiting messages looked at anew.

    Raises Client.DoesNotExist, Stale, and IntegrityError where the phone is another client's.
    """
    change = changes.change_client(client_id, expected=expected, **fields)
    if change.has_moved:
        make_waiting_due([client_id])
    return change.client


@request_transaction()
def delete_client(client_id: int, *, expected: Versions = None) -> None:
    """Remove the personal data and cancel what is unsent; the messages keep their counts.

    What a worker holds at this moment may still go out. Raises Client.DoesNotExist, Stale.
    """
    phone = changes.erase_client(client_id, expected=expected)
    _forget_responses(client_id, phone)
    waiting = DueMessage.objects.filter(message__client_id=client_id).order_by("pk")
    message_ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    Message.objects.filter(pk__in=message_ids).update(
        status=Message.Status.CANCELLED, next_attempt_at=None, **Why(Reason.CLIENT_DELETED).columns
    )
    record(Action.CLIENT_DELETED, object_id=client_id, cancelled_messages=len(message_ids))
    log.info("client deleted", client_id=client_id, cancelled_message_ids=message_ids)


def _forget_responses(client_id: int, phone: str) -> None:
    """What gateways said of failed attempts may quote the phone, the text, the name."""
    Attempt.objects.filter(message__client_id=client_id).exclude(answer="").update(answer="")
    Trial.objects.filter(answer__contains=phone[1:]).update(answer="")


def make_waiting_due(client_ids: Sequence[int]) -> None:
    """Make what waits for a window due: the engine puts off what is closed. A retry keeps its time.

    A message that another transaction holds is being claimed, ended or made due: nothing to wait for.
    """
    waiting = DueMessage.objects.filter(message__client_id__in=client_ids, at__gt=Now())
    free = waiting.select_for_update(of=("self",), skip_locked=True)
    Message.objects.filter(pk__in=free.values("pk")).update(
        next_attempt_at=Greatest(Now(), LAST_RETRY)  # NULL, where there was none, is not the greatest
    )
    wake_up(SEND)


import_clients = partial(run.import_clients, on_moved=make_waiting_due)
import_audited = partial(audited.import_audited, on_moved=make_waiting_due)
