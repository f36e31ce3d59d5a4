"""A worker's connections to the test database, and shorthands for what passes through them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

import psycopg
from django.db import connection

from notification_service.delivery.attempt_marks import mark_attempted
from notification_service.delivery.claim import rescue, take_due
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.gateway_list import ListedGateway
from notification_service.delivery.gateway_row import GatewayRow
from notification_service.delivery.gateways import GatewayAdapter, GatewaySettings
from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, MailingTerms, NotSent, OutcomeBuffer
from notification_service.delivery.shared_state import read_terms
from notification_service.delivery.write_outcomes import write
from notification_service.mailings.models import Batch
from tests.factories import now

Result = TypeVar("Result")


def config(**knobs: Any) -> DeliveryConfig:
    return DeliveryConfig(**knobs)


def make_lane(
    conninfo: str,
    gateway: GatewayAdapter,
    *,
    gateway_name: str = "main",
    shown_as: str = "",
    worker: str = "worker",
    **knobs: Any,
) -> Lane:
    listed = ListedGateway(
        id=gateway_id(conninfo, gateway_name),
        name=shown_as or gateway_name,
        kind="scripted",
        settings=GatewaySettings(url="", token=""),
        config=config(**knobs),
    )
    return Lane(listed, gateway=gateway, conninfo=conninfo, worker=worker)


@asynccontextmanager
async def open_database(
    conninfo: str, *, worker: str = "worker", gateway: str = "main"
) -> AsyncIterator[Database]:
    database = Database(conninfo, worker=worker, gateway_id=gateway_id(conninfo, gateway))
    try:
        yield database
    finally:
        await database.close()


def gateway_id(conninfo: str, name: str = "main") -> int:
    with psycopg.connect(conninfo) as other:
        row = other.execute("SELECT id FROM mailings_gateway WHERE name = %s", [name]).fetchone()
    assert row is not None
    return int(row[0])


def on_database(conninfo: str, call: Callable[[Database], Awaitable[Result]], **whose: Any) -> Result:
    """What the call returns, on a connection of its own."""

    async def run() -> Result:
        async with open_database(conninfo, **whose) as database:
            return await call(database)

    return asyncio.run(run())


def on_row(
    conninfo: str, call: Callable[[GatewayRow], Awaitable[Result]], *, worker: str = "worker", **knobs: Any
) -> Result:
    """What the call returns, for a worker's view of the gateway's row."""
    return on_database(conninfo, lambda database: call(GatewayRow(database, config(**knobs))), worker=worker)


def claim(
    conninfo: str,
    limit: int = 100,
    *,
    is_probe: bool = False,
    worker: str = "worker",
    gateway: str = "main",
    slow_mailings: Sequence[int] = (),
    hurry: Sequence[int] = (),
    equal: int | None = None,
    **knobs: Any,
) -> list[Claimed]:
    which: dict[str, Any] = {"slow_mailings": slow_mailings, "hurry": hurry, "equal": equal}
    return on_database(
        conninfo,
        lambda database: take_due(database, config(**knobs), limit, is_probe=is_probe, **which),
        worker=worker,
        gateway=gateway,
    )


def terms_of(conninfo: str, *mailing_ids: int) -> dict[int, MailingTerms]:
    return on_database(conninfo, lambda database: read_terms(database, mailing_ids))


def mark(conninfo: str, messages: list[Claimed]) -> None:
    on_database(conninfo, lambda database: mark_attempted(database, messages))


def record_sent(
    conninfo: str, messages: Iterable[Claimed], *, at: datetime | None = None, gateway: str = "main"
) -> None:
    sent_at = (at or now()).timestamp()
    outcomes = OutcomeBuffer(sent=[(message, sent_at) for message in messages])
    on_database(conninfo, lambda database: write(database, outcomes), gateway=gateway)


def record_not_sent(conninfo: str, *rows: NotSent) -> None:
    on_database(conninfo, lambda database: write(database, OutcomeBuffer(not_sent=list(rows))))


@contextmanager
def messages_must_have(conninfo: str, condition: str) -> Iterator[None]:
    """Meanwhile the database refuses every other message that is written."""
    with psycopg.connect(conninfo, autocommit=True) as other:
        table = b"ALTER TABLE mailings_message"
        other.execute(table + b" ADD CONSTRAINT of_a_test CHECK (%s) NOT VALID" % condition.encode())
        try:
            yield
        finally:
            other.execute(table + b" DROP CONSTRAINT of_a_test")


def end_leases() -> None:
    with connection.cursor() as cursor:  # after an outage, workers have time to come first
        cursor.execute(
            "SELECT pg_sleep_until(min(backend_start) + interval '10.1 seconds') FROM pg_stat_activity"
            " WHERE datname = current_database() AND usename = current_user"
        )
    Batch.objects.update(lease_expires_at=now() - timedelta(seconds=1))


def rescue_all() -> int:
    return rescue(connection)


def ids(messages: Iterable[Any]) -> list[int]:
    return sorted(message.id for message in messages)
