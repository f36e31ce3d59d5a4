"""What the messages of a mailing become when it ends, changes or goes: in chunks, in the background."""

from zoneinfo import ZoneInfo

import structlog
from django.db import connection, transaction
from django.db.models import Q

from notification_service.mailings import lifecycle, stats
from notification_service.mailings.models import (
    Client,
    FailureCount,
    Mailing,
    Message,
    MessageCount,
    MinuteCount,
)
from notification_service.mailings.send_window import next_opening
from notification_service.mailings.wake_up import SEND, wake_up

CHUNK_MESSAGES = 10_000

END_WAITING = """
UPDATE mailings_message SET status = %(status)s, next_attempt_at = NULL, error = %(error)s
WHERE id IN (
  SELECT id FROM mailings_message WHERE mailing_id = %(mailing_id)s AND next_attempt_at IS NOT NULL
  LIMIT %(limit)s FOR UPDATE SKIP LOCKED
)
"""

# A retry keeps the time it was given (backoff, Retry-After); whatever is due is left to the engine,
# which looks at the window before each request.
RESCHEDULE = """
UPDATE mailings_message AS message
SET next_attempt_at = greatest(
  %(opening)s,
  (SELECT max(retry_at) FROM mailings_attempt AS a WHERE message.attempts > 0 AND a.message_id = message.id)
)
FROM mailings_client AS client
WHERE message.mailing_id = %(mailing_id)s AND message.next_attempt_at > now()
  AND client.id = message.client_id AND client.timezone = %(zone)s
"""

DELETE_MESSAGES = """
WITH gone AS (
  SELECT id FROM mailings_message WHERE mailing_id = %(mailing_id)s LIMIT %(limit)s FOR UPDATE SKIP LOCKED
), attempts AS (
  DELETE FROM mailings_attempt WHERE message_id IN (SELECT id FROM gone)
)
DELETE FROM mailings_message WHERE id IN (SELECT id FROM gone)
"""

log = structlog.get_logger(__name__)


def settle() -> None:
    """One round over all mailings that are not settled: reschedule, expire, cancel, finish, remove."""
    for mailing in Mailing.objects.alive().filter(finished_at=None, window_changed_at__isnull=False):
        _reschedule(mailing)
    unsettled = Mailing.objects.filter(finished_at=None)
    for mailing_id in unsettled.filter(lifecycle.past_deadline()).values_list("pk", flat=True):
        _end_waiting(mailing_id, Message.Status.EXPIRED, error="deadline passed")
    for mailing_id in unsettled.filter(status=Mailing.Status.CANCELLED, deleted_at=None).values_list("pk", flat=True):
        _end_waiting(mailing_id, Message.Status.CANCELLED, error="mailing cancelled")
    _finish()
    for mailing_id in Mailing.objects.filter(deleted_at__isnull=False).values_list("pk", flat=True):
        _remove(mailing_id)


def _end_waiting(mailing_id: int, status: Message.Status, *, error: str) -> None:
    parameters = {"mailing_id": mailing_id, "status": status, "error": error, "limit": CHUNK_MESSAGES}
    while _execute(END_WAITING, parameters):
        pass


def _finish() -> None:
    # Which are written comes before the counts: a count read first may lack messages written since.
    written = Q(audience_built_at__isnull=False) | Q(status=Mailing.Status.CANCELLED)
    mailings = Mailing.objects.filter(written, finished_at=None, deleted_at=None)
    counts = stats.message_counts(list(mailings.values_list("pk", flat=True)))
    settled = [pk for pk, count in counts.items() if not count["pending"] and not count["sending"]]
    lifecycle.finish_settled(settled)


def _reschedule(mailing: Mailing) -> None:
    """Move the waiting messages to the openings of a window that changed, zone by zone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now = cursor.fetchone()[0]
    zones = Client.objects.order_by().values_list("timezone", flat=True).distinct()
    for name in zones:
        opening = next_opening(mailing.send_window, zone=ZoneInfo(name), at=now)
        _execute(RESCHEDULE, {"mailing_id": mailing.pk, "zone": name, "opening": opening})
    same_change = Q(pk=mailing.pk, window_changed_at=mailing.window_changed_at)
    Mailing.objects.filter(same_change).update(window_changed_at=None)
    with transaction.atomic():
        wake_up(SEND)


def _remove(mailing_id: int) -> None:
    while _execute(DELETE_MESSAGES, {"mailing_id": mailing_id, "limit": CHUNK_MESSAGES}):
        pass
    if Message.objects.filter(mailing_id=mailing_id).exists():
        return  # a worker is recording the rest at this moment: the next round removes it
    with transaction.atomic():
        for counter in (MessageCount, MinuteCount, FailureCount):
            counter.objects.filter(mailing_id=mailing_id).delete()
        Mailing.objects.filter(pk=mailing_id).delete()
    log.info("mailing removed", mailing_id=mailing_id)


def _execute(statement: str, parameters: dict[str, object]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)
