"""Message queues on the test database, and shorthands for what they hand over."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from django.db import connection

from notification_service.delivery import message_queue
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import Claimed, Recordable, Unsent
from notification_service.mailings.models import Batch
from tests.factories import now

Result = TypeVar("Result")


def config(**knobs: Any) -> DeliveryConfig:
    return DeliveryConfig(**knobs)


@asynccontextmanager
async def open_queue(
    conninfo: str, *, claimed_by: str = "worker", gateway: str = "main", **knobs: Any
) -> AsyncIterator[MessageQueue]:
    queue = MessageQueue(
        conninfo, config(**knobs), claimed_by=claimed_by, gateway_id=gateway_id(conninfo, gateway)
    )
    try:
        yield queue
    finally:
        await queue.close()


def gateway_id(conninfo: str, name: str = "main") -> int:
    with psycopg.connect(conninfo) as other:
        row = other.execute("SELECT id FROM mailings_gateway WHERE name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def on_queue(conninfo: str, call: Callable[[MessageQueue], Awaitable[Result]], **knobs: Any) -> Result:
    """What the call answers, on a queue of its own."""

    async def run() -> Result:
        async with open_queue(conninfo, **knobs) as queue:
            return await call(queue)

    return asyncio.run(run())


def claim(conninfo: str, limit: int = 100) -> list[Claimed]:
    return on_queue(conninfo, lambda queue: queue.claim(limit))


def record_sent(
    conninfo: str, messages: Iterable[Claimed], *, at: datetime | None = None, gateway: str = "main"
) -> None:
    sent_at = (at or now()).timestamp()
    outcomes = Recordable(sent=[(message, sent_at) for message in messages])
    on_queue(conninfo, lambda queue: queue.record(outcomes), gateway=gateway)


def record_unsent(conninfo: str, *rows: Unsent) -> None:
    on_queue(conninfo, lambda queue: queue.record(Recordable(unsent=list(rows))))


def end_leases() -> None:
    Batch.objects.update(lease_expires_at=now() - timedelta(seconds=1))


def rescue_all() -> int:
    return message_queue.rescue(connection)


def ids(messages: Iterable[Any]) -> list[int]:
    return sorted(message.id for message in messages)
