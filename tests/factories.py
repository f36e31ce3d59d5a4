"""Rows for tests: each function fills in what its caller does not care about."""

import itertools
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from notification_service.directory.models import Client, Consent, OptOut, Segment
from notification_service.mailings.contact_hours import COLUMNS as WINDOW
from notification_service.mailings.models import (
    Attempt,
    Gateway,
    GatewayUse,
    Mailing,
    Message,
    SingleMessage,
)
from notification_service.mailings.models.message import queue_of
from tests.reasons import http_status

_phones = itertools.count(79_000_000_000)
_numbers = itertools.count(1)


def now() -> datetime:
    return datetime.now(UTC)


def make_client(**fields: Any) -> Client:
    """A client in Moscow with a phone of its own."""
    phone = str(next(_phones))
    defaults = {"phone": phone, "operator_code": phone[1:4], "timezone": "Europe/Moscow"}
    return Client.objects.create(**defaults | fields)


def opt_out(phone: str | None, topic: str = "") -> OptOut:
    return OptOut.objects.create(phone=phone or "", topic=topic)


def consent(phone: str | None, topic: str = "", **fields: Any) -> Consent:
    return Consent.objects.create(phone=phone or "", topic=topic, **fields)


def make_mailing(**fields: Any) -> Mailing:
    """To everyone, until tomorrow. Unless it is scheduled, it started an hour ago and is written."""
    start_at = now() + timedelta(hours=-1 if fields.get("status", "scheduled") != "scheduled" else 1)
    defaults: dict[str, Any] = {"text": "Hello", "start_at": start_at, "end_at": now() + timedelta(days=1)}
    if start_at < now():
        defaults |= {"started_at": start_at, "audience_built_at": start_at}
    return Mailing.objects.create(**defaults | fields)


def make_running_mailing(**fields: Any) -> Mailing:
    return make_mailing(**{"status": Mailing.Status.RUNNING} | fields)


def make_message(mailing: Mailing | None = None, client: Client | None = None, **fields: Any) -> Message:
    """A message that is due, unless its status says that it waits no longer."""
    moment = now()
    is_pending = fields.get("status", "pending") == "pending"
    defaults: dict[str, Any] = {
        "mailing": mailing or make_running_mailing(),
        "client": client or make_client(),
        "status": Message.Status.PENDING,
        "created_at": moment,
        "next_attempt_at": moment - timedelta(seconds=1) if is_pending else None,
    }
    return Message.objects.create(**defaults | fields)


def make_single(*, phone: str = "", client: Client | None = None, **fields: Any) -> Message:
    """A single message that is due; without a client, to a phone that no client has."""
    named = {"text", "end_at", "topic", "ignores_opt_outs", "reference", "gateway", *WINDOW}
    terms = {name: fields.pop(name) for name in named & fields.keys()}
    gateway_id = terms["gateway"].pk if "gateway" in terms else None
    is_pending = fields.get("status", "pending") == "pending"
    defaults: dict[str, Any] = {
        "client": client,
        "queue": queue_of(gateway_id),
        "status": Message.Status.PENDING,
        "created_at": now(),
        "next_attempt_at": now() - timedelta(seconds=1) if is_pending else None,
    }
    defaults |= fields
    with transaction.atomic():
        message = Message.objects.create(**defaults)
        said: dict[str, Any] = {"text": "Your code: 4711", "end_at": now() + timedelta(days=1)}
        if client is None:
            said["phone"] = phone or str(next(_phones))
        SingleMessage.objects.create(message=message, **said | terms)
    return message


def mailing_of(message: Message) -> Mailing:
    assert message.mailing is not None
    return message.mailing


def make_messages(mailing: Mailing, count: int, **fields: Any) -> list[Message]:
    return [make_message(mailing, **fields) for _ in range(count)]


def make_attempt(message: Message, **fields: Any) -> Attempt:
    """An attempt that is to be repeated."""
    defaults = {"number": 1, "at": now(), "outcome": Attempt.Outcome.RETRY, **http_status(503).columns}
    return Attempt.objects.create(message=message, mailing_id=message.mailing_id, **defaults | fields)


def make_segment(**fields: Any) -> Segment:
    """Everyone, under a name of its own."""
    return Segment.objects.create(**{"name": f"segment{next(_numbers)}", "filter": {}} | fields)


def make_gateway(**fields: Any) -> Gateway:
    """A healthy gateway beside `main`, at an address that nothing is sent to."""
    return Gateway.objects.create(**{"name": f"gateway{next(_numbers)}", "url": "http://8.8.8.8"} | fields)


def make_gateway_use(gateway: Gateway, **fields: Any) -> GatewayUse:
    """What a worker of its own, which is alive and unhindered, does with the gateway."""
    defaults: dict[str, Any] = {
        "worker": f"worker{next(_numbers)}",
        "seen_at": now(),
        "lease_expires_at": now() + timedelta(seconds=5),
        "concurrency": 64,
        "full_concurrency": 64,
    }
    return GatewayUse.objects.create(gateway=gateway, **defaults | fields)


def make_clients_in_bulk(count: int) -> None:
    """Tens of thousands of clients in a second."""
    first = next(_phones)
    for _ in range(count):
        next(_phones)
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO directory_client
              (phone, operator_code, tag, timezone, attributes, created_at, updated_at)
            SELECT phone::text, '900', '', 'Europe/Moscow', '{}', now(), now()
            FROM generate_series(%s, %s) AS phone
            """,
            [first, first + count - 1],
        )


def make_messages_in_bulk(mailing: Mailing, *, status: str = "pending") -> None:
    """A message of the mailing for every client; a pending one is due."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO mailings_message
              (mailing_id, client_id, status, attempts, created_at, next_attempt_at, error)
            SELECT %(mailing_id)s, id, %(status)s, 0, now(),
              CASE %(status)s WHEN 'pending' THEN now() - interval '1 hour' END, ''
            FROM directory_client ORDER BY id
            """,
            {"mailing_id": mailing.pk, "status": status},
        )
