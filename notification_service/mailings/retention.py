"""Mailings that ended longer ago than they are kept, and other rows that nobody will look for again.

In chunks, each a short transaction of its own: a process that dies leaves the rest to the next call.
"""

from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings import lifecycle, settlement
from notification_service.mailings.models import GatewayUse, Mailing, Message
from notification_service.mailings.sql import sql

REMOVE, ANONYMISE = ACTIONS = ("remove", "anonymise")
CHUNK_MESSAGES = 5_000
FORGOTTEN = "(removed)"
WORKER_GONE_AFTER = timedelta(days=1)

log = structlog.get_logger(__name__)


def old_mailings(*, days: int, action: str) -> QuerySet[Mailing]:
    """Those that ended more than so many days ago and are still to be removed or anonymised, oldest first."""
    ended = (Mailing.Status.FINISHED, Mailing.Status.CANCELLED)
    old = Mailing.objects.alive().filter(status__in=ended, finished_at__lt=Now() - timedelta(days=days))
    return (old if action == REMOVE else old.filter(anonymised_at=None)).order_by("finished_at", "pk")


def retire(*, days: int, action: str) -> Iterator[int]:
    """Remove or anonymise the old mailings one after another; yields the mailing's id after each chunk.

    A removed one is hidden from the counts first, as any deleted mailing: should this stop half way,
    `settlement` removes the rest.
    """
    work = _remove if action == REMOVE else _anonymise
    for mailing_id in list(old_mailings(days=days, action=action).values_list("pk", flat=True)):
        for _ in work(mailing_id):
            yield mailing_id


def sweep() -> None:
    """Forget sessions that have ended and workers that are gone."""
    import_module(settings.SESSION_ENGINE).SessionStore.clear_expired()
    GatewayUse.objects.filter(lease_expires_at__lt=Now() - WORKER_GONE_AFTER).delete()


def _remove(mailing_id: int) -> Iterator[None]:
    try:
        lifecycle.delete_mailing(mailing_id)
    except Mailing.DoesNotExist:
        return  # somebody deleted it meanwhile
    while settlement.remove_some(mailing_id):
        yield
    yield


def _anonymise(mailing_id: int) -> Iterator[None]:
    """Forget the text, whom the messages went to and what the gateway responded; counts and times stay."""
    while sql.execute("retention/forget_clients", mailing_id=mailing_id, limit=CHUNK_MESSAGES):
        yield
    if Message.objects.filter(mailing_id=mailing_id, client__isnull=False).exists():
        return  # someone holds the rest at this moment: the next call goes on
    _forget_text(mailing_id)
    yield


@transaction.atomic
def _forget_text(mailing_id: int) -> None:
    mailing = Mailing.objects.filter(pk=mailing_id)
    tags = list(mailing.values_list("tags", flat=True))
    if mailing.update(text=FORGOTTEN, tags=[FORGOTTEN] if any(tags) else [], anonymised_at=Now()):
        record(Action.MAILING_ANONYMISED, object_id=mailing_id)
    log.info("mailing anonymised", mailing_id=mailing_id)
