"""Exact counts, read from the counters that the database keeps: a few rows, whatever the size."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypedDict

from django.db.models import Count, Q, QuerySet, Sum

from notification_service.mailings.models import (
    FailureCount,
    Mailing,
    Message,
    MessageCount,
    MinuteCount,
    QuarterFailure,
)

STATUSES = list(Message.Status.values)
ENDS = ("sent", "failed", "expired", "cancelled", "unknown")
TIMELINE_MINUTES = 1440
# A success may be recorded after its mailing has ended (a lease that ran out).
RECORDED_AFTER_END = timedelta(hours=1)


class Minute(TypedDict):
    minute: datetime
    sent: int
    failed: int
    retried: int


class Failure(TypedDict):
    reason: str
    messages: int


def message_counts(mailing_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """The messages of each mailing by status, with their total; zeros where there are none."""
    counts = MessageCount.objects.filter(mailing_id__in=mailing_ids).values("mailing_id")
    found = {row["mailing_id"]: _tally(row) for row in counts.annotate(**_sums())}
    return {mailing_id: found.get(mailing_id) or _tally({}) for mailing_id in mailing_ids}


def overall_counts() -> dict[str, dict[str, int]]:
    """All mailings by status and all messages by status; a mailing being deleted is not among them."""
    return {"mailings": _mailing_counts(), "messages": _all_message_counts()}


def timeline(mailing_id: int) -> list[Minute]:
    """What was sent, failed and put off in each minute, oldest first: the last 1,440 that saw any."""
    minutes = MinuteCount.objects.filter(mailing_id=mailing_id).values("minute")
    sums = minutes.annotate(sent=Sum("sent"), failed=Sum("failed"), retried=Sum("retried"))
    latest = list(sums.order_by("-minute")[:TIMELINE_MINUTES])
    return [Minute(**row) for row in reversed(latest)]  # type: ignore[typeddict-item]


def failures_by_reason(mailing_id: int) -> list[Failure]:
    """How many messages ended as failed or unknown for each reason, most first."""
    reasons = FailureCount.objects.filter(mailing_id=mailing_id).values("reason")
    counts = reasons.annotate(messages=Sum("messages")).order_by("-messages", "reason")
    return [Failure(**row) for row in counts if row["messages"]]


def ended_between(since: datetime, until: datetime) -> dict[str, int]:
    """Messages that ended in the whole minutes from `since` to before `until`, and attempts to be repeated.

    Keys: those of ENDS, and `retried`. A mailing being deleted is not counted.
    """
    mailings = _sending_between(since, until).values("pk")
    minutes = MinuteCount.objects.filter(mailing__in=mailings, minute__gte=since, minute__lt=until)
    sums = minutes.aggregate(**{f"{key}_sum": Sum(key) for key in (*ENDS, "retried")})
    return {key: int(sums[f"{key}_sum"] or 0) for key in (*ENDS, "retried")}


def failures_between(since: datetime, until: datetime) -> list[Failure]:
    """Why messages failed or became unknown in the whole quarters of an hour, most first."""
    mailings = _sending_between(since, until).values("pk")
    quarters = QuarterFailure.objects.filter(mailing__in=mailings, quarter__gte=since, quarter__lt=until)
    counts = quarters.values("reason").annotate(messages=Sum("messages")).order_by("-messages", "reason")
    return [Failure(**row) for row in counts if row["messages"] > 0]


def _sending_between(since: datetime, until: datetime) -> QuerySet[Mailing]:
    """By mailing, for that is how the counters are indexed."""
    still_open = Q(finished_at=None) | Q(finished_at__gte=since - RECORDED_AFTER_END)
    return Mailing.objects.alive().filter(still_open, started_at__lt=until)


def _mailing_counts() -> dict[str, int]:
    found = dict(Mailing.objects.alive().values_list("status").annotate(Count("pk")).order_by())
    by_status = {status: found.get(status, 0) for status in Mailing.Status.values}
    return {"total": sum(by_status.values()), **by_status}


def _all_message_counts() -> dict[str, int]:
    """The overall counters less those of the mailings that are being deleted, in one statement."""
    slots = MessageCount.objects.values("mailing_id").annotate(**_sums()).order_by()
    going = Mailing.objects.filter(deleted_at__isnull=False).values("id")
    rows = slots.filter(mailing=None).union(slots.filter(mailing__in=going), all=True)
    counts = dict.fromkeys(["total", *STATUSES], 0)
    for row in rows:
        sign = 1 if row["mailing_id"] is None else -1
        for key, messages in _tally(row).items():
            counts[key] += sign * messages
    return counts


def _sums() -> dict[str, Sum]:
    return {f"{status}_sum": Sum(status) for status in STATUSES}


def _tally(row: Mapping[str, Any]) -> dict[str, int]:
    by_status = {status: int(row.get(f"{status}_sum") or 0) for status in STATUSES}
    return {"total": sum(by_status.values()), **by_status}
