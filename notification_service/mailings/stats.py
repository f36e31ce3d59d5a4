"""Exact counts, read from the counters that the database keeps: a few rows for any number of messages."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple, TypedDict

from django.db.models import Count, Q, Sum

from notification_service.mailings.models import Mailing, Message, MinuteCount, QuarterFailure
from notification_service.mailings.models.message import AWAITED, SINGLES
from notification_service.mailings.reasons import ANOTHER_REASON, Why, read_row
from notification_service.mailings.sql import sql

STATUSES = list(Message.Status.values)
DELIVERIES = [*Message.Delivery.values, AWAITED]
COLUMNS = [*STATUSES, *DELIVERIES]  # of the statements
ENDS = ("sent", "failed", "expired", "cancelled", "unknown")
TIMELINE_MINUTES = 1440
COUNTED_BY_MINUTE = ("sent", "failed", "retried", "delivered", "undelivered")
# A success may be recorded after its mailing has ended, if its lease had ended.
RECORDED_AFTER_END = timedelta(hours=1)
# SQL, not the ORM, for what every page needs: the ORM takes three times as long to write such a statement as
# PostgreSQL takes to run it.


class Minute(TypedDict):
    minute: datetime
    sent: int
    failed: int
    retried: int
    delivered: int
    undelivered: int


class Counts(NamedTuple):
    """Messages by status, with their total; and by what receipts say. Sent ones without any are awaited."""

    messages: dict[str, int]
    deliveries: dict[str, int]


class Failure(NamedTuple):
    why: Why
    messages: int


def message_counts(mailing_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Return the messages of each mailing by status, with their total; zeros if there are none."""
    return {mailing_id: counts.messages for mailing_id, counts in counts_of(mailing_ids).items()}


def counts_of(mailing_ids: Sequence[int]) -> dict[int, Counts]:
    """Return the messages of each mailing by status and by delivery; zeros if there are none."""
    rows = sql.rows("stats/message_counts", ids=list(mailing_ids))
    return no_messages(mailing_ids) | {row[0]: _counts(row[1:]) for row in rows}


def no_messages(mailing_ids: Sequence[int]) -> dict[int, Counts]:
    """What `counts_of` returns for mailings that were just created."""
    return {mailing_id: _counts([0] * len(COLUMNS)) for mailing_id in mailing_ids}


def overall_counts() -> dict[str, dict[str, int]]:
    """Return mailings by status; messages, and the single ones among these, by status; messages by delivery.

    Mailings that are being deleted do not count.
    """
    (messages, deliveries), (single, _) = _all_message_counts()
    return {
        "mailings": _mailing_counts(),
        "messages": messages,
        "single": single,
        "deliveries": deliveries,
    }


def overall_deliveries() -> dict[str, int]:
    """Return all messages by delivery, without those of mailings that are being deleted."""
    return _all_message_counts()[0].deliveries


def timeline(mailing_id: int) -> list[Minute]:
    """Return what was sent, failed and put off in each minute, oldest first: the last 1,440 with any."""
    rows = sql.rows("stats/timeline", id=mailing_id, minutes=TIMELINE_MINUTES)
    return [
        Minute(minute=minute, **dict(zip(COUNTED_BY_MINUTE, counts, strict=True)))  # type: ignore[typeddict-item]
        for minute, *counts in reversed(rows)
    ]


def failures_by_reason(mailing_id: int) -> list[Failure]:
    """Return how many messages ended as failed or unknown for each reason, most first."""
    rows = sql.rows("stats/failures", id=mailing_id)
    return [_failure(*row) for row in rows]


def waiting_for_hours() -> dict[int | None, int]:
    """Messages of running mailings that wait for their sending hours, by the gateway of the mailing."""
    return dict(sql.rows("stats/waiting_for_hours"))


def ended_between(since: datetime, until: datetime) -> dict[str, int]:
    """Return messages that ended in the minutes from `since` to before `until`, and attempts to be repeated.

    Keys: those of ENDS, and `retried`. Single messages count; a mailing being deleted does not.
    """
    minutes = MinuteCount.objects.filter(_sending_between(since, until), minute__gte=since, minute__lt=until)
    sums = minutes.aggregate(**{f"{key}_sum": Sum(key) for key in (*ENDS, "retried")})
    return {key: int(sums[f"{key}_sum"] or 0) for key in (*ENDS, "retried")}


def failures_between(since: datetime, until: datetime) -> list[Failure]:
    """Return why messages failed or became unknown in the whole quarters of an hour, most first."""
    within = {"quarter__gte": since, "quarter__lt": until}
    quarters = QuarterFailure.objects.filter(_sending_between(since, until), **within)
    reasons = quarters.values_list("reason", "reason_number").annotate(count=Sum("messages"))
    counts = reasons.order_by("-count", "reason", "reason_number")
    return [failure for row in counts if (failure := _failure(*row)).messages > 0]


def _failure(code: str, number: int | None, messages: int) -> Failure:
    return Failure(read_row(code, number) or ANOTHER_REASON, messages)


def _sending_between(since: datetime, until: datetime) -> Q:
    """The mailings of that time, and single messages: the counters are indexed by mailing."""
    still_open = Q(finished_at=None) | Q(finished_at__gte=since - RECORDED_AFTER_END)
    mailings = Mailing.objects.alive().filter(still_open, started_at__lt=until)
    return Q(mailing__in=mailings.values("pk")) | Q(mailing=SINGLES)


def _mailing_counts() -> dict[str, int]:
    found = dict(Mailing.objects.alive().values_list("status").annotate(Count("pk")).order_by())
    by_status = {status: found.get(status, 0) for status in Mailing.Status.values}
    return {"total": sum(by_status.values()), **by_status}


def _all_message_counts() -> tuple[Counts, Counts]:
    """Those of all messages, then those of the single ones."""
    total, single = _counts([0] * len(COLUMNS)), _counts([0] * len(COLUMNS))
    for mailing_id, *row in sql.rows("stats/overall_counts"):
        if mailing_id == SINGLES:
            single = _counts(row)
            continue
        sign = 1 if mailing_id is None else -1
        for sums, some in zip(total, _counts(row), strict=True):
            for key, messages in some.items():
                sums[key] += sign * messages
    return total, single


def _counts(row: Sequence[int]) -> Counts:
    by_status, by_delivery = row[: len(STATUSES)], row[len(STATUSES) :]
    messages = {"total": sum(by_status), **dict(zip(STATUSES, by_status, strict=True))}
    return Counts(messages, dict(zip(DELIVERIES, by_delivery, strict=True)))
