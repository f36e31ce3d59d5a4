"""Changes of clients, with what they mean for waiting messages, of which the directory knows nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, OuterRef, Q, Subquery
from django.db.models.functions import Greatest, Now
from psycopg.errors import UniqueViolation

from notification_service.audit.actions import Action
from notification_service.audit.log import entry, record, record_all
from notification_service.directory import changes
from notification_service.directory.changes import create_client
from notification_service.directory.importing import audited, run
from notification_service.directory.models import Client
from notification_service.directory.versions import Stale, Versions
from notification_service.mailings.exclusions import cancel_waiting
from notification_service.mailings.models import Attempt, DueMessage, Message, TestSend
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.wake_up import SEND, wake_up

__all__ = [
    "create_client",
    "delete_client",
    "delete_clients",
    "import_audited",
    "import_clients",
    "make_waiting_due",
    "put_client",
    "update_client",
]

LAST_RETRY = Subquery(
    Attempt.objects.filter(partition=OuterRef("partition"), message=OuterRef("pk"), retry_at__isnull=False)
    .order_by("-retry_at")
    .values("retry_at")[:1]
)

MOST_RACES = 10  # lost in a row to others who create and delete the same client

log = structlog.get_logger(__name__)


def update_client(client_id: int, *, expected: Versions = None, **fields: Any) -> Client:
    """Change a client. If the zone changes, the engine looks at the waiting messages again.

    What waits goes to the new phone, unless that has opted out. Raises Client.DoesNotExist, Stale, and
    IntegrityError if another client has the phone.
    """
    with transaction.atomic():
        change = changes.change_client(client_id, expected=expected, **fields)
        if change.has_moved:
            make_waiting_due([client_id])
    if fields.get("phone"):
        cancel_waiting([fields["phone"]])
    return change.client


def put_client(*, phone: str, expected: Versions = None, **fields: Any) -> tuple[Client, bool]:
    """Change the client with this phone, or create one; return it, and whether it is new.

    Of two at once, one creates the client and the other changes it. Raises Stale, also if there is no client
    but one of the `expected` versions is to be changed.
    """
    for is_last in (*[False] * (MOST_RACES - 1), True):
        try:
            return _put_client(phone, expected, fields)
        except IntegrityError as error:  # another one has created it since we looked
            if is_last or not isinstance(error.__cause__, UniqueViolation):
                raise
    raise AssertionError("the last race returns or raises")


@transaction.atomic
def _put_client(phone: str, expected: Versions, fields: Mapping[str, Any]) -> tuple[Client, bool]:
    client = Client.objects.alive().select_for_update().filter(phone=phone).first()
    if client is not None:
        return update_client(client.pk, expected=expected, phone=phone, **fields), False
    if expected is not None:
        raise Stale
    return create_client(phone=phone, **fields), True


@transaction.atomic
def delete_client(client_id: int, *, expected: Versions = None) -> None:
    """Remove the personal data and cancel what is unsent; the counts of the messages stay.

    What a worker holds at this moment may still be sent. Raises Client.DoesNotExist, Stale.
    """
    phone = changes.erase_client(client_id, expected=expected)
    _forget_responses({client_id: phone})
    cancelled = _cancel_waiting([client_id]).total()
    record(Action.CLIENT_DELETED, object_id=client_id, cancelled_messages=cancelled)
    log.info("client deleted", client_id=client_id, cancelled_messages=cancelled)


@transaction.atomic
def delete_clients(client_ids: Sequence[int], *, bulk_action: int) -> list[int]:
    """Do the same to many, in a few statements; return those who were still there."""
    phones = changes.erase_clients(client_ids)
    _forget_responses(phones)
    cancelled = _cancel_waiting(list(phones))
    record_all(
        entry(
            Action.CLIENT_DELETED,
            object_id=client_id,
            bulk_action=bulk_action,
            cancelled_messages=cancelled[client_id],
        )
        for client_id in phones
    )
    log.info("clients deleted", bulk_action=bulk_action, clients=len(phones), cancelled=cancelled.total())
    return list(phones)


def _cancel_waiting(client_ids: Sequence[int]) -> Counter[int]:
    """Return how many messages of each client are cancelled."""
    waiting = DueMessage.objects.filter(message__client_id__in=client_ids).order_by("pk")
    held = dict(waiting.select_for_update(of=("self",)).values_list("pk", "message__client_id"))
    Message.objects.filter(pk__in=held).update(
        status=Message.Status.CANCELLED, next_attempt_at=None, **Why(Reason.CLIENT_DELETED).columns
    )
    return Counter(held.values())


def _forget_responses(phones: Mapping[int, str]) -> None:
    """A gateway's response to a failed attempt may quote the phone, the text, the name."""
    Attempt.objects.filter(message__client_id__in=phones).exclude(response="").update(response="")
    quoting = [
        pk
        for pk, response in TestSend.objects.exclude(response="").values_list("pk", "response")
        if any(phone[1:] in response for phone in phones.values())
    ]
    TestSend.objects.filter(pk__in=quoting).update(response="")


def make_waiting_due(client_ids: Sequence[int]) -> None:
    """Make due what waits for a window: the engine puts it off again if the window is closed. Retries stay.

    So do first attempts that are spread: their time is looked at again when it comes.

    If another transaction holds a message, it is being claimed, ended or made due: no need to wait for it.
    """
    spread = Q(mailing__spread_minutes__isnull=False, message__attempts=0, at__lt=F("mailing__end_at"))
    waiting = DueMessage.objects.filter(~spread, message__client_id__in=client_ids, at__gt=Now())
    free = waiting.select_for_update(of=("self",), skip_locked=True)
    Message.objects.filter(pk__in=free.values("pk")).update(
        next_attempt_at=Greatest(Now(), LAST_RETRY)  # NULL, where there was none, is not the greatest
    )
    wake_up(SEND)


import_clients = partial(run.import_clients, on_moved=make_waiting_due)
import_audited = partial(audited.import_audited, on_moved=make_waiting_due)
