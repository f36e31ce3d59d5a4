"""Changes of clients, with what they mean for waiting messages, of which the directory knows nothing."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from psycopg.errors import UniqueViolation

from notification_service.audit.actions import Action
from notification_service.audit.log import entry, record, record_all
from notification_service.directory import changes
from notification_service.directory.changes import create_client
from notification_service.directory.importing import audited, run
from notification_service.directory.models import Client
from notification_service.directory.versions import Stale, Versions
from notification_service.mailings.exclusions import cancel_waiting
from notification_service.mailings.models import (
    Attempt,
    DueMessage,
    InboundMessage,
    Message,
    SingleMessage,
    TestSend,
)
from notification_service.mailings.models.single_message import FORGOTTEN_TEXT
from notification_service.mailings.moved_clients import make_waiting_due
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.sent_texts import erase_texts, erase_texts_of_singles

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
    erase_texts([client_id])
    cancelled = _forget_messages({client_id: phone}).total()
    record(Action.CLIENT_DELETED, object_id=client_id, cancelled_messages=cancelled)
    log.info("client deleted", client_id=client_id, cancelled_messages=cancelled)


@transaction.atomic
def delete_clients(client_ids: Sequence[int], *, bulk_action: int) -> list[int]:
    """Do the same to many, in a few statements; return those who were still there."""
    phones = changes.erase_clients(client_ids)
    erase_texts(list(phones))
    cancelled = _forget_messages(phones)
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


def _forget_messages(phones: Mapping[int, str]) -> Counter[int]:
    """Cancel what waits for the clients, and forget what names them; return how many messages of each.

    Single messages to a phone before it was a client's are also its client's.
    """
    whose = {phone: client_id for client_id, phone in phones.items()}
    of_phones = SingleMessage.objects.filter(phone__in=[phone for phone in whose if phone])
    singles = {pk: whose[phone] for pk, phone in of_phones.values_list("pk", "phone")}
    _forget_responses(phones, singles)
    cancelled = _cancel_waiting(list(phones), singles)
    erase_texts_of_singles(singles)
    mine = Message.objects.filter(client__in=phones, mailing=None).values("pk")
    SingleMessage.objects.filter(Q(pk__in=mine) | Q(pk__in=singles)).update(
        phone="", text=FORGOTTEN_TEXT, reference="", anonymised_at=Now()
    )
    return cancelled


def _cancel_waiting(client_ids: Sequence[int], singles: Mapping[int, int]) -> Counter[int]:
    """`singles`: the client of each message that does not say it. Return how many of each are cancelled."""
    ids = Message.objects.filter(client__in=client_ids, next_attempt_at__isnull=False).values("pk")
    waiting = DueMessage.objects.filter(Q(pk__in=ids) | Q(pk__in=singles)).order_by("pk")
    held = dict(waiting.select_for_update(of=("self",)).values_list("pk", "message__client_id"))
    Message.objects.filter(pk__in=held).update(
        status=Message.Status.CANCELLED, next_attempt_at=None, **Why(Reason.CLIENT_DELETED).columns
    )
    return Counter(client_id or singles[pk] for pk, client_id in held.items())


def _forget_responses(phones: Mapping[int, str], singles: Mapping[int, int]) -> None:
    """A gateway's response may quote the phone, the text, the name; and what the client wrote back goes.

    If a reply was a stop word, its opt-out stays, and says so.
    """
    for whose in (Q(message__client_id__in=phones), Q(partition=0, message__in=singles)):
        Attempt.objects.filter(whose).exclude(response="").update(response="")
    for theirs in (Q(client_id__in=phones), Q(partition=0, pk__in=singles)):
        told = Message.objects.filter(theirs, next_attempt_at=None).exclude(delivery_reason="")
        told.update(delivery_reason="")
    InboundMessage.objects.filter(phone__in=phones.values()).delete()
    # Whose values a test had is not known; what it said is kept for an hour at most anyway.
    TestSend.objects.exclude(request="", response="").update(request="", response="")


import_clients = partial(run.import_clients, on_moved=make_waiting_due)
import_audited = partial(audited.import_audited, on_moved=make_waiting_due)
