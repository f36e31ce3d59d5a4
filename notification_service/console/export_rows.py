"""The rows of each list as they are exported: by key, some thousand in memory at a time, however many.

A server-side cursor would hold a transaction open, or a copy of the list on the server, for as long as a
slow download lasts.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from notification_service.audit.models import Entry
from notification_service.mailings import stats
from notification_service.mailings.models import Client, Mailing, Message, RejectedLine

CHUNK_ROWS = 5_000
COUNTS = ("total", "sent", "sending", "pending", "failed", "expired", "cancelled", "unknown")

CLIENTS = ["id", "phone", "operator_code", "tag", "timezone", "attributes", "created_at", "updated_at"]
MAILINGS = [
    *("id", "status", "text", "operator_codes", "tags", "start_at", "end_at", "window_from", "window_to"),
    *COUNTS,
]
MESSAGES = [
    *("id", "mailing", "phone", "timezone", "status", "created_at", "sent_at", "attempts"),
    *("next_attempt_at", "error"),
]
AUDIT = [
    *("id", "at", "action", "object_kind", "object_id", "object_name", "actor_kind", "actor_id"),
    *("actor_name", "address", "source", "request_id", "changes", "facts"),
]
REJECTED = ["line", "field", "reason", "content"]

Row = list[Any]
M = TypeVar("M", bound=Model)


def in_order(rows: QuerySet[M], *, chunk_rows: int = CHUNK_ROWS) -> Iterator[list[M]]:
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:chunk_rows]):
        last = some[-1].pk
        yield some


def client_rows(clients: QuerySet[Client], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(clients):
        for client in some:
            attributes = json.dumps(client.attributes, ensure_ascii=False) if client.attributes else ""
            times = [moment(client.created_at, zone), moment(client.updated_at, zone)]
            about = [client.phone, client.operator_code, client.tag, client.timezone]
            yield [client.pk, *about, attributes, *times]


def mailing_rows(mailings: QuerySet[Mailing], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(mailings, chunk_rows=500):
        counts = stats.message_counts([mailing.pk for mailing in some])
        for mailing in some:
            yield [
                *(mailing.pk, mailing.status, mailing.text),
                *(", ".join(mailing.operator_codes), ", ".join(mailing.tags)),
                *(moment(mailing.start_at, zone), moment(mailing.end_at, zone)),
                *(_clock(mailing.window_from), _clock(mailing.window_to)),
                *(counts[mailing.pk][name] for name in COUNTS),
            ]


def message_rows(
    messages: QuerySet[Message], zone: tzinfo, *, hides_phones: bool, wanted: Callable[[Message], bool]
) -> Iterator[Row]:
    """Of a status no index knows, so `wanted` looks at each row here rather than in the database."""
    for some in in_order(messages.select_related("client")):
        for message in filter(wanted, some):
            client = message.client  # none where the mailing is anonymised
            phone = (client and client.phone) or ""
            yield [
                *(message.pk, message.mailing_id, masked(phone) if hides_phones else phone),
                *(client.timezone if client else "", message.status),
                *(moment(message.created_at, zone), moment(message.sent_at, zone), message.attempts),
                *(moment(message.next_attempt_at, zone), message.error),
            ]


def rejected_rows(lines: QuerySet[RejectedLine]) -> Iterator[Row]:
    for some in in_order(lines):
        for line in some:
            yield [line.line, line.field, line.reason, line.content]


def audit_rows(entries: QuerySet[Entry], zone: tzinfo) -> Iterator[Row]:
    for some in in_order(entries):
        for entry in some:
            yield [
                *(entry.pk, moment(entry.at, zone), entry.action),
                *(getattr(entry, name) for name in AUDIT[3:-2]),
                *(json.dumps(value, ensure_ascii=False) for value in (entry.changes, entry.facts)),
            ]


def masked(phone: str) -> str:
    """79161234567 as 7916***4567: enough to tell people apart, too little to write to them."""
    return f"{phone[:4]}***{phone[7:]}" if phone else ""


def moment(at: datetime | None, zone: tzinfo) -> str:
    """ISO 8601 in the operator's zone, with its offset."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""


def _clock(at: Any) -> str:
    return f"{at:%H:%M}" if at else ""
