"""Mailings that ended longer ago than they are to be kept, and other rows that nobody needs any more.

The work is done in chunks, each a short transaction. If a process dies, the next call does the rest.
"""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings import lifecycle, receipts, settlement, single_messages
from notification_service.mailings.apart import apart
from notification_service.mailings.gateways import forget_old_incidents
from notification_service.mailings.models import (
    GatewayUse,
    InboundMessage,
    Mailing,
    Message,
    MinuteCount,
    SingleMessage,
)
from notification_service.mailings.models.message import SINGLES
from notification_service.mailings.models.single_message import FORGOTTEN_TEXT
from notification_service.mailings.partitions import partition_of
from notification_service.mailings.sent_texts import erase_late_texts, forget_texts
from notification_service.mailings.sql import sql
from notification_service.observability import metrics

REMOVE, ANONYMISE = ACTIONS = ("remove", "anonymise")
CHUNK_MESSAGES = 5_000
FORGOTTEN = FORGOTTEN_TEXT
WORKER_GONE_AFTER = timedelta(days=1)
MINUTES_KEPT_FOR = timedelta(days=40)  # of single messages: reports look back a day

log = structlog.get_logger(__name__)


def old_mailings(*, days: int, action: str) -> QuerySet[Mailing]:
    """Return those that ended more than so many days ago and are still to be retired, oldest first."""
    ended = (Mailing.Status.FINISHED, Mailing.Status.CANCELLED)
    old = Mailing.objects.alive().filter(status__in=ended, finished_at__lt=Now() - timedelta(days=days))
    return (old if action == REMOVE else old.filter(anonymised_at=None)).order_by("finished_at", "pk")


def retire(*, days: int, action: str) -> Iterator[int]:
    """Remove or anonymise the old mailings one after another; yield the mailing's id after each chunk.

    A mailing that is removed first disappears from the counts, like any deleted mailing. If this stops half
    way, `settlement` removes the rest.
    """
    work = _remove if action == REMOVE else _anonymise
    for mailing_id in list(old_mailings(days=days, action=action).values_list("pk", flat=True)):
        with apart("mailing not retired", mailing_id=mailing_id):
            for _ in work(mailing_id):
                yield mailing_id


def old_singles(*, days: int, action: str) -> QuerySet[SingleMessage]:
    """Return single messages whose deadline was so long ago, that have ended and are still to be retired."""
    old = SingleMessage.objects.filter(end_at__lt=Now() - timedelta(days=days))
    ended = old.filter(message__partition=0, message__status__in=Message.OUTCOMES)
    return ended if action == REMOVE else ended.filter(anonymised_at=None)


def retire_singles(*, days: int, action: str) -> Iterator[int]:
    """The same to single messages, by their deadlines; yield how many after each chunk."""
    forgotten = FORGOTTEN if action == ANONYMISE else None
    while retired := single_messages.retire_some(days=days, forgotten=forgotten, limit=CHUNK_MESSAGES):
        yield retired


def sweep() -> None:
    """Delete what nobody needs any more: ended sessions, gone workers, old incidents and minutes, the ids of
    providers, replies, texts of erased clients.

    The minutes of a mailing go with it; single messages never end.
    """
    for forget in SWEPT:
        with apart("not swept", part=forget.__name__):
            forget()


def _forget_minutes() -> None:
    MinuteCount.objects.filter(mailing=SINGLES, minute__lt=Now() - MINUTES_KEPT_FOR).delete()


def _forget_sessions() -> None:
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()


def _forget_workers() -> None:
    GatewayUse.objects.filter(lease_expires_at__lt=Now() - WORKER_GONE_AFTER).delete()


def _forget_receipts() -> None:
    receipts.forget_provider_ids()
    for gateway, unknown in receipts.forget_unknown().items():
        metrics.receipts.labels(gateway, "unknown").inc(unknown)


def _forget_replies() -> None:
    if settings.RETENTION_DAYS > 0:
        old = Now() - timedelta(days=settings.RETENTION_DAYS)
        InboundMessage.objects.filter(received_at__lt=old).delete()


SWEPT = (
    *(_forget_minutes, _forget_sessions, _forget_workers, forget_old_incidents, erase_late_texts),
    *(_forget_receipts, _forget_replies),
)


def _remove(mailing_id: int) -> Iterator[None]:
    try:
        lifecycle.delete_mailing(mailing_id)
    except Mailing.DoesNotExist:
        return  # somebody has deleted it in the meantime
    while settlement.remove_some(mailing_id):
        yield
    yield


def _anonymise(mailing_id: int) -> Iterator[None]:
    """Delete the text, whom the messages went to and the gateway's responses; counts and times stay."""
    whose = {"mailing_id": mailing_id, "partition": partition_of(mailing_id)}
    while sql.execute("retention/forget_clients", **whose, limit=CHUNK_MESSAGES):
        yield
    if Message.objects.filter(**whose, client__isnull=False).exists():
        return  # another transaction holds the rest now: the next call continues
    _forget_text(mailing_id)
    yield


@transaction.atomic
def _forget_text(mailing_id: int) -> None:
    mailing = Mailing.objects.filter(pk=mailing_id).first()
    if mailing is not None:
        Mailing.objects.filter(pk=mailing_id).update(
            name="",
            text=FORGOTTEN,
            first_text=None,
            anonymised_at=Now(),
            segments_at_start=None,
            **_forgotten_filter(mailing),
        )
        forget_texts(mailing_id)
        record(Action.MAILING_ANONYMISED, object_id=mailing_id)
    log.info("mailing anonymised", mailing_id=mailing_id)


def _forgotten_filter(mailing: Mailing) -> dict[str, Any]:
    """Replace what may name a person. Without it, a copy of the mailing would be for everyone."""
    tagged = {"field": "tags", "op": "eq", "value": FORGOTTEN}
    forgotten = {"tags": [FORGOTTEN], "where": tagged, "exclude": {"where": tagged}}
    return {name: value for name, value in forgotten.items() if getattr(mailing, name)}
