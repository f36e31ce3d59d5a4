"""The state of the whole service in a few numbers: of mailings, gateways and counters, never of messages."""

from dataclasses import dataclass

from django.db import connection

from notification_service.mailings import stats, workers
from notification_service.mailings.models import Gateway
from notification_service.mailings.heartbeats import LiveWorkers

# The first due message of each running mailing: one look into the index of due messages for each.
QUEUE = """
SELECT coalesce(sum(counted.pending), 0)::float8, coalesce(sum(counted.sending), 0)::float8,
  coalesce(greatest(extract(epoch FROM now() - min(first.due_at)), 0), 0)::float8
FROM mailings_mailing AS mailing
CROSS JOIN LATERAL (
  SELECT sum(pending) AS pending, sum(sending) AS sending
  FROM mailings_messagecount WHERE mailing_id = mailing.id
) AS counted
LEFT JOIN LATERAL (
  SELECT at AS due_at FROM mailings_duemessage
  WHERE mailing_id = mailing.id AND at <= now()
  ORDER BY at LIMIT 1
) AS first ON true
WHERE mailing.finished_at IS NULL AND mailing.status = 'running' AND now() < mailing.end_at
"""
# Seconds that something should have been done since.
LATE = """
SELECT
  coalesce(extract(epoch FROM max(now() - greatest(start_at, created_at))
    FILTER (WHERE status = 'scheduled' AND start_at <= now() AND now() < end_at)), 0)::float8,
  coalesce(extract(epoch FROM max(now() - end_at)
    FILTER (WHERE status <> 'scheduled' AND end_at < now())), 0)::float8
FROM mailings_mailing WHERE finished_at IS NULL AND deleted_at IS NULL
"""
REMOVAL = """
SELECT coalesce(extract(epoch FROM now() - min(deleted_at)), 0)::float8
FROM mailings_mailing WHERE deleted_at IS NOT NULL
"""
LEASES = """
SELECT coalesce(greatest(extract(epoch FROM now() - min(lease_expires_at)), 0), 0)::float8 FROM mailings_batch
"""


@dataclass(frozen=True, slots=True)
class Figures:
    mailings: dict[str, int]  # by status, with the total
    messages: dict[str, int]
    breakers: dict[str, Gateway.Breaker]  # by gateway
    queue_pending: float  # of running mailings
    queue_sending: float
    oldest_due_seconds: float
    start_late_seconds: float  # of a mailing that should have started
    settle_late_seconds: float  # of a mailing past its deadline that is not settled
    removal_seconds: float  # since the oldest deletion that is not done
    lease_late_seconds: float  # since the oldest lease ended that nobody rescued
    workers: LiveWorkers


def read_figures() -> Figures:
    counts = stats.overall_counts()
    pending, sending, oldest_due = _row(QUEUE)
    start_late, settle_late = _row(LATE)
    return Figures(
        mailings=counts["mailings"],
        messages=counts["messages"],
        breakers={gateway.name: gateway.breaker for gateway in Gateway.objects.order_by("name")},
        queue_pending=pending,
        queue_sending=sending,
        oldest_due_seconds=oldest_due,
        start_late_seconds=start_late,
        settle_late_seconds=settle_late,
        removal_seconds=_row(REMOVAL)[0],
        lease_late_seconds=_row(LEASES)[0],
        workers=workers.look_for_workers(),
    )


def _row(statement: str) -> tuple[float, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        row: tuple[float, ...] = cursor.fetchone()
    return row
