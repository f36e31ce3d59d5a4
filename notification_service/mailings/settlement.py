"""What the messages of a mailing become when it ends, changes or goes: in chunks, in the background."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from notification_service.mailings import audience, lifecycle, stats
from notification_service.directory.models import Client
from notification_service.mailings.models import DueMessage, FailureCount, Mailing, Message, MessageCount, MinuteCount, QuarterFailure
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.observability import message_lines, metrics

CHUNK_MESSAGES = 10_000
ROUND_CHUNKS = 5  # of one mailing, after which the others have their turn
# For as long a worker may still put a message off by a window that it read before the change.
WINDOW_KNOWN_AFTER = timedelta(seconds=2)

END_WAITING = """
UPDATE mailings_message SET status = %(status)s, next_attempt_at = NULL, error = %(error)s
WHERE id IN (
  SELECT message_id FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
RETURNING id, client_id
"""

# A retry keeps the time it was given (backoff, Retry-After); whatever is due is left to the engine,
# which looks at the window before each request.
RESCHEDULE = """
WITH waiting AS MATERIALIZED (
  SELECT message_id FROM mailings_duemessage WHERE message_id = ANY(%(ids)s) AND at > now() FOR UPDATE SKIP LOCKED
)
UPDATE mailings_message AS message
SET next_attempt_at = greatest(
  opening.at,
  (SELECT max(retry_at) FROM mailings_attempt AS a WHERE message.attempts > 0 AND a.message_id = message.id)
)
FROM directory_client AS client
JOIN unnest(%(zones)s::text[], %(openings)s::timestamptz[]) AS opening (timezone, at)
  ON opening.timezone = client.timezone
WHERE message.id IN (SELECT message_id FROM waiting) AND client.id = message.client_id
  AND message.next_attempt_at <> opening.at
"""

# Those that wait by their due rows, which are locked first; then the others.
DELETE_MESSAGES = """
WITH gone AS MATERIALIZED ({chosen} LIMIT %(limit)s FOR UPDATE SKIP LOCKED), attempts AS (
  DELETE FROM mailings_attempt WHERE message_id IN (SELECT id FROM gone)
)
DELETE FROM mailings_message WHERE id IN (SELECT id FROM gone)
"""
WAITING = "SELECT message_id AS id FROM mailings_duemessage WHERE mailing_id = %(mailing_id)s"
ENDED = "SELECT id FROM mailings_message WHERE mailing_id = %(mailing_id)s AND next_attempt_at IS NULL"

log = structlog.get_logger(__name__)


def settle() -> None:
    """Reschedule, expire, cancel, finish and remove, until there is nothing left to do now."""
    for mailing in Mailing.objects.alive().filter(finished_at=None, window_changed_at__isnull=False):
        for _ in _reschedule(mailing):
            _settle_some()  # a deadline waits for no large mailing
    while _settle_some():
        pass


def _settle_some() -> bool:
    """A few chunks of every mailing that is not settled; whether there are more."""
    unsettled = Mailing.objects.filter(finished_at=None)
    expired = _ids(unsettled.filter(lifecycle.past_deadline()))
    cancelled = _ids(unsettled.filter(status=Mailing.Status.CANCELLED, deleted_at=None))
    deleted = _ids(Mailing.objects.filter(deleted_at__isnull=False))
    more = [_end_waiting(pk, Message.Status.EXPIRED, error="deadline passed") for pk in expired]
    more += [_end_waiting(pk, Message.Status.CANCELLED, error="mailing cancelled") for pk in cancelled]
    _finish()
    more += [remove_some(pk) for pk in deleted]
    return any(more)


def _ids(mailings: QuerySet[Mailing]) -> list[int]:
    return list(mailings.values_list("pk", flat=True))


def _end_waiting(mailing_id: int, status: Message.Status, *, error: str) -> bool:
    return all(_end_chunk(mailing_id, status, error=error) for _ in range(ROUND_CHUNKS))


def _end_chunk(mailing_id: int, status: Message.Status, *, error: str) -> int:
    fields: dict[str, str | int] = {"mailing_id": mailing_id, "status": status.value, "error": error}
    with connection.cursor() as cursor:
        cursor.execute(END_WAITING, {**fields, "limit": CHUNK_MESSAGES})
        ended: list[tuple[int, int]] = cursor.fetchall()
    metrics.ended.labels(status.value).inc(len(ended))
    message_lines.log_messages(log, "messages ended", ended, **fields)
    return len(ended)


def _finish() -> None:
    # Which are written comes before the counts: a count read first may lack messages written since.
    written = Q(audience_built_at__isnull=False) | Q(status=Mailing.Status.CANCELLED)
    mailings = Mailing.objects.filter(written, finished_at=None, deleted_at=None)
    counts = stats.message_counts(_ids(mailings))
    settled = [pk for pk, count in counts.items() if not count["pending"] and not count["sending"]]
    for pk in lifecycle.finish_settled(settled):
        log.info("mailing finished", mailing_id=pk, messages=counts[pk])


def _reschedule(mailing: Mailing) -> Iterator[None]:
    """Move the waiting messages to the openings of a window that changed; yields after each chunk."""
    same_change = Mailing.objects.filter(pk=mailing.pk, window_changed_at=mailing.window_changed_at)
    # Asked before looking: what a worker puts off during a look may be missed by it.
    is_known = same_change.filter(window_changed_at__lt=Now() - WINDOW_KNOWN_AFTER).exists()
    openings = _openings(mailing)
    waiting = DueMessage.objects.filter(mailing=mailing, at__gt=Now()).values_list("pk", flat=True)
    ids = waiting.iterator(chunk_size=CHUNK_MESSAGES)
    while chunk := list(islice(ids, CHUNK_MESSAGES)):
        _execute(RESCHEDULE, {"ids": chunk, **openings})
        yield
    if is_known:
        same_change.update(window_changed_at=None)
    with transaction.atomic():
        wake_up(SEND)


def _openings(mailing: Mailing) -> dict[str, list[Any]]:
    """When the mailing's window opens next, in each zone that there is."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    zones = list(Client.objects.order_by().values_list("timezone", flat=True).distinct())
    return {
        "zones": zones,
        "openings": [audience.opening_in(name, mailing=mailing, at=now) for name in zones],
    }


def remove_some(mailing_id: int) -> bool:
    """Remove a chunk of a deleted mailing's messages, or at last the mailing; whether there is more."""
    chunk = {"mailing_id": mailing_id, "limit": CHUNK_MESSAGES}
    if any(_execute(DELETE_MESSAGES.format(chosen=chosen), chunk) for chosen in (WAITING, ENDED)):
        return True
    if Message.objects.filter(mailing_id=mailing_id).exists():
        return False  # a worker is recording the rest at this moment: the next call removes it
    with transaction.atomic():
        for counter in (MessageCount, MinuteCount, FailureCount, QuarterFailure):
            counter.objects.filter(mailing_id=mailing_id).delete()
        Mailing.objects.filter(pk=mailing_id).delete()
    log.info("mailing removed", mailing_id=mailing_id)
    return False


def _execute(statement: str, parameters: Mapping[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
