"""What becomes of a mailing's messages when it ends, changes or is deleted; in the background."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from notification_service.directory.models import Client
from notification_service.mailings import lifecycle, partitions, single_messages, stats
from notification_service.mailings.apart import apart
from notification_service.mailings.models import (
    DueMessage,
    FailureCount,
    Mailing,
    Message,
    MessageCount,
    MinuteCount,
    QuarterFailure,
)
from notification_service.mailings.openings import opening_columns, spread_columns
from notification_service.mailings.reasons import Reason
from notification_service.mailings.sent_texts import forget_texts
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.observability import message_lines, metrics

CHUNK_MESSAGES = 10_000
ROUND_CHUNKS = 5  # of one mailing, then it is the others' turn
# For so long a worker may still use the window that it read before the change.
WINDOW_KNOWN_AFTER = timedelta(seconds=2)
DELETIONS = ("settlement/delete_waiting_messages", "settlement/delete_ended_messages")

log = structlog.get_logger(__name__)


def settle() -> None:
    """Reschedule, expire, cancel, finish and remove, until nothing is left to do now."""
    for mailing in Mailing.objects.alive().filter(finished_at=None, window_changed_at__isnull=False):
        with apart("messages not rescheduled", mailing_id=mailing.pk):
            for _ in _reschedule(mailing):
                _end_some()  # a deadline must not wait for a large mailing
    deleted = _ids(Mailing.objects.filter(deleted_at__isnull=False))
    _end_all()
    while deleted:
        deleted = [pk for pk in deleted if _remove_beside_deadlines(pk)]


def _remove_beside_deadlines(mailing_id: int) -> bool:
    """Remove a chunk of a deleted mailing; return whether there is more. A deadline in between goes first."""
    has_more = False
    with apart("mailing not removed", mailing_id=mailing_id):
        has_more = remove_some(mailing_id)
    _end_all()
    return has_more


def _end_all() -> None:
    while _end_some():
        pass


def _end_some() -> bool:
    """Do a few chunks of each mailing that has ended and is not settled, and of singles past their end.

    Return whether there are more.
    """
    unsettled = Mailing.objects.filter(finished_at=None)
    expired = _ids(unsettled.filter(lifecycle.past_deadline()))
    cancelled = _ids(unsettled.filter(status=Mailing.Status.CANCELLED, deleted_at=None))
    more = [_end_waiting(pk, Message.Status.EXPIRED, Reason.DEADLINE_PASSED) for pk in expired]
    more += [_end_waiting(pk, Message.Status.CANCELLED, Reason.MAILING_CANCELLED) for pk in cancelled]
    more += [single_messages.expire_some(limit=CHUNK_MESSAGES) == CHUNK_MESSAGES]
    _finish()
    return any(more)


def _ids(mailings: QuerySet[Mailing]) -> list[int]:
    return list(mailings.values_list("pk", flat=True))


def _end_waiting(mailing_id: int, status: Message.Status, reason: Reason) -> bool:
    with apart("messages not ended", mailing_id=mailing_id):
        return all(_end_chunk(mailing_id, status, reason) for _ in range(ROUND_CHUNKS))
    return False


def _end_chunk(mailing_id: int, status: Message.Status, reason: Reason) -> int:
    fields: dict[str, str | int] = {
        "mailing_id": mailing_id,
        "status": status.value,
        "reason": reason.value,
    }
    partition = partitions.partition_of(mailing_id)
    ended = sql.rows("settlement/end_waiting", **fields, partition=partition, limit=CHUNK_MESSAGES)
    metrics.ended.labels(status.value).inc(len(ended))
    message_lines.log_messages(log, "messages ended", ended, **fields)
    return len(ended)


def _finish() -> None:
    # First read which are written, then the counts: otherwise a count may lack messages written in between.
    written = Q(audience_built_at__isnull=False) | Q(status=Mailing.Status.CANCELLED)
    mailings = Mailing.objects.filter(written, finished_at=None, deleted_at=None)
    counts = stats.message_counts(_ids(mailings))
    settled = [pk for pk, count in counts.items() if not count["pending"] and not count["sending"]]
    for pk in lifecycle.finish_settled(settled):
        log.info("mailing finished", mailing_id=pk, messages=counts[pk])


def _reschedule(mailing: Mailing) -> Iterator[None]:
    """Move the waiting messages after a change of the hours or the spread; yield after each chunk."""
    same_change = Mailing.objects.filter(pk=mailing.pk, window_changed_at=mailing.window_changed_at)
    # Read before looking: a look may miss what a worker puts off during it.
    is_known = same_change.filter(window_changed_at__lt=Now() - WINDOW_KNOWN_AFTER).exists()
    statement, columns = _new_times(mailing)
    waiting = DueMessage.objects.filter(mailing=mailing)
    if not mailing.spread_minutes:
        waiting = waiting.filter(at__gt=Now())
    ids = waiting.values_list("pk", flat=True).iterator(chunk_size=CHUNK_MESSAGES)
    while chunk := list(islice(ids, CHUNK_MESSAGES)):
        sql.execute(statement, ids=chunk, partition=mailing.partition, **columns)
        yield
    if is_known:
        same_change.update(window_changed_at=None)
    with transaction.atomic():
        wake_up(SEND)


def _new_times(mailing: Mailing) -> tuple[str, dict[str, Any]]:
    """Return the statement that moves the messages, and when they are due, for each zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    zones = list(Client.objects.order_by().values_list("timezone", flat=True).distinct())
    openings = opening_columns(mailing, zones, now=now, due_since=now)
    changed_at = mailing.window_changed_at
    if not mailing.spread_minutes or changed_at is None:
        return "settlement/reschedule", openings
    parts = spread_columns(mailing, zones, since=changed_at)
    # The same at each look at a change, so that nothing moves twice for it.
    seed = int(changed_at.timestamp() * 1_000_000)
    return "settlement/respread", {**openings, **parts, "seed": seed}


def remove_some(mailing_id: int) -> bool:
    """Remove a chunk of a deleted mailing's messages, or at last the mailing. Return if there is more.

    All of them at once if they are alone in a partition that nobody is reading.
    """
    partition = partitions.partition_of(mailing_id)
    chunk = {"mailing_id": mailing_id, "limit": CHUNK_MESSAGES}
    if Message.objects.filter(mailing_id=mailing_id, partition=partition).exists():
        # If none can be removed, a worker is recording the rest now: the next call removes it.
        return partitions.empty_own(mailing_id) or any(
            sql.execute(delete, **chunk, partition=partition) for delete in DELETIONS
        )
    if sql.execute("settlement/delete_due", **chunk):
        return True
    with transaction.atomic():
        for counter in (MessageCount, MinuteCount, FailureCount, QuarterFailure):
            counter.objects.filter(mailing_id=mailing_id).delete()
        forget_texts(mailing_id)
        Mailing.objects.filter(pk=mailing_id).delete()
    log.info("mailing removed", mailing_id=mailing_id)
    return False
