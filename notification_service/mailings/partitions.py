"""Which partition of the messages a mailing is in, so that a large one is removed at once.

There is a fixed number of them, made by a migration: one that all small mailings share, and others for large
ones, each alone in its own for as long as there are enough.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from notification_service.mailings.advisory_locks import lock_until_commit
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.sql import sql

OWN_FROM_MESSAGES = 50_000  # below it, a removal in chunks takes a few seconds


def partition_of(mailing_id: int) -> int:
    partition: int = Mailing.objects.values_list("partition", flat=True).get(pk=mailing_id)
    return partition


def used_since(moment: datetime) -> list[int]:
    """The partitions of all mailings that had not ended by then."""
    used = Mailing.objects.filter(Q(finished_at=None) | Q(finished_at__gte=moment))
    return list(used.order_by().values_list("partition", flat=True).distinct())


@transaction.atomic
def take_emptiest(mailing: Mailing) -> None:
    """Give a mailing that has no messages yet the partition with the fewest mailings."""
    lock_until_commit("partitions")
    mailing.refresh_from_db(from_queryset=Mailing.objects.select_for_update(of=("self",), no_key=True))
    if not Message.objects.of(mailing).exists():
        (mailing.partition,) = sql.row("partitions/emptiest")
        mailing.save(update_fields=["partition"])


@transaction.atomic
def empty_own(mailing_id: int) -> bool:
    """Remove the messages and attempts of a deleted mailing at once; the counts follow.

    False where other mailings are in its partition, or somebody reads it at this moment.
    """
    lock_until_commit("partitions")
    (is_empty,) = sql.row("partitions/empty_own", mailing_id=mailing_id)
    return bool(is_empty)
