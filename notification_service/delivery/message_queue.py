"""PostgreSQL as the queue: the only module that runs `sql/`. Each call is one short transaction."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import structlog
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import AsyncConnection, AsyncCursor, InterfaceError, OperationalError
from psycopg.conninfo import make_conninfo

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.limits.concurrency import concurrency_quota
from notification_service.delivery.limits.rate import HORIZON_SECONDS, SPREAD, Reserved
from notification_service.delivery.messages import (
    Claimed,
    ClaimedBatch,
    GatewayState,
    MailingTerms,
    Recordable,
    Unsent,
    Use,
)
from notification_service.mailings.send_window import SendWindow

RESCUED_BATCHES = 20
RECONNECT_SECONDS = 0.5
# From a claim, after which its phones and zones are old; three times what a claim covers of sending.
FRESH_SECONDS = 0.75
# A database that vanished without a word is noticed within seconds, and no statement hangs for ever.
CONNECTION: dict[str, str | int] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "options": "-c statement_timeout=30s",
    "application_name": "notification_service worker",
}

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


class MessageQueue:
    """The queue of one gateway, on one connection, for one call at a time: others wait for it.

    While the database is away a call waits and repeats itself. A claim whose answer was lost is repeated
    as another claim: the first one's lease ends by itself.
    """

    def __init__(self, conninfo: str, config: DeliveryConfig, *, claimed_by: str, gateway_id: int) -> None:
        self._conninfo = make_conninfo(conninfo, **CONNECTION)
        self._config = config
        self._worker = claimed_by
        self._gateway_id = gateway_id
        self._connection: AsyncConnection[Any] | None = None
        self._turn = asyncio.Lock()

    async def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def claim(self, limit: int, *, is_probe: bool = False) -> list[Claimed]:
        """Take up to about `limit` due messages (a little more where mailings share them)."""
        asked_at = time.monotonic()  # before the lease begins: an early end of it harms no one
        parameters = {
            "limit": limit,
            "is_probe": is_probe,
            "claimed_by": self._worker,
            "lease_seconds": self._config.lease_seconds,
            "deadline_guard_seconds": self._config.deadline_guard_seconds,
        }
        rows = await self._fetch("claim", parameters)
        lasts = self._config.lease_seconds - self._config.start_margin_seconds
        return _claimed(rows, start_before=asked_at + min(lasts, FRESH_SECONDS))

    async def terms(self, mailing_ids: Sequence[int]) -> dict[int, MailingTerms]:
        """The present terms of the mailings; one that is gone is missing."""
        rows = await self._fetch("mailing_terms", {"ids": list(mailing_ids)})
        return {
            row[0]: MailingTerms(
                text=row[1],
                end_at=row[2],
                window=SendWindow(opens=row[3], closes=row[4]) if row[3] is not None else None,
                give_up_on_unknown=row[5],
                is_running=row[6],
                trace_parent=row[7],
            )
            for row in rows
        }

    async def gateway_state(self) -> GatewayState | None:
        """None: the gateway is gone."""

        async def ask(cursor: AsyncCursor[Any]) -> GatewayState | None:
            asked_at = time.monotonic()  # so that the deadline is met early by the round trip, never late
            await cursor.execute(statement("gateway_snapshot"), {"gateway_id": self._gateway_id})
            row = await cursor.fetchone()
            took = time.monotonic() - asked_at
            return GatewayState(row[0].timestamp() - asked_at, took, *row[1:]) if row else None

        return await self._run(ask)

    async def note_asked(self, messages: Sequence[Claimed]) -> None:
        """Say that requests for these may have started from now on."""
        ids = {"ids": [m.id for m in messages], "batch_ids": [m.batch.id for m in messages]}
        await self._execute("mark_attempted", ids)

    async def record(self, outcomes: Recordable) -> None:
        """Record all of it; called again after an error it changes nothing twice."""
        if outcomes.sent:
            # As text: an array of Python's numbers takes the driver ten times as long.
            ids = ",".join([str(message.id) for message, _ in outcomes.sent])
            sent_at = ",".join([str(at) for _, at in outcomes.sent])
            await self._execute("record_sent", {"ids": f"{{{ids}}}", "sent_at": f"{{{sent_at}}}"})
        if outcomes.unsent:
            await self._execute("record_not_sent", _columns(outcomes.unsent))

    async def close_batches(self, ids: Sequence[int]) -> None:
        await self._execute("close_batches", {"ids": list(ids)})

    # the gateway's row

    async def hold_gateway(self, reason: str) -> None:
        await self._execute("hold_gateway", {"reason": reason, **self._probe_interval()})

    async def release_gateway(self) -> None:
        await self._execute("release_gateway", {})

    async def take_probe(self) -> bool:
        """Whether this worker is the one to probe the held gateway now."""
        return await self._execute("take_probe", self._probe_interval()) > 0

    async def end_probe(self) -> None:
        """Say that there was nothing to probe the gateway with."""
        await self._execute("end_probe", {})

    async def take_permits(self, wanted: int) -> Reserved:
        """Moments at which requests may start, of a gateway with a limit per second."""
        parameters = {"wanted": wanted, "spread": SPREAD, "horizon_seconds": HORIZON_SECONDS}
        [(first_at, spacing, count)] = await self._fetch("take_permits", parameters) or [(0.0, 0.0, 0)]
        return Reserved(first_at, spacing, count)

    async def use_gateway(self, use: Use) -> int | None:
        """Say what this worker does with the gateway; answer its share of it, None where it has no limit."""

        async def share(cursor: AsyncCursor[Any]) -> int | None:
            async with cursor.connection.transaction():
                limited = use.limit is not None
                share = await self._fair_share(cursor, use) if limited else None
                values = {"worker": self._worker, "share": share, "gateway_id": self._gateway_id}
                await cursor.execute(statement("report_usage"), values | use.columns())
            return share

        return await self._run(share)

    async def _fair_share(self, cursor: AsyncCursor[Any], use: Use) -> int | None:
        keys = {"gateway_id": self._gateway_id, "worker": self._worker}
        await cursor.execute(statement("lock_gateway"), keys)
        [limit] = await cursor.fetchone() or [None]
        if limit is None:
            return None
        await cursor.execute(statement("other_quotas"), keys)
        [others, taken] = await cursor.fetchone() or (0, 0)
        return concurrency_quota(limit=limit, others=others, taken=taken, under_way=use.under_way)

    def _probe_interval(self) -> dict[str, float]:
        return {"probe_interval_seconds": self._config.probe_interval_seconds}

    async def _fetch(self, name: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
        async def fetch(cursor: AsyncCursor[Any]) -> list[tuple[Any, ...]]:
            await cursor.execute(statement(name), parameters | {"gateway_id": self._gateway_id})
            return await cursor.fetchall()

        return await self._run(fetch)

    async def _execute(self, name: str, parameters: dict[str, Any]) -> int:
        async def execute(cursor: AsyncCursor[Any]) -> int:
            await cursor.execute(statement(name), parameters | {"gateway_id": self._gateway_id})
            return cursor.rowcount

        return await self._run(execute)

    async def _run(self, call: Callable[[AsyncCursor[Any]], Awaitable[Result]]) -> Result:
        async with self._turn:
            return await self._repeat(call)

    async def _repeat(self, call: Callable[[AsyncCursor[Any]], Awaitable[Result]]) -> Result:
        while True:
            try:
                if self._connection is None:
                    self._connection = await AsyncConnection.connect(
                        self._conninfo, autocommit=True, prepare_threshold=0
                    )
                async with self._connection.cursor(binary=True) as cursor:
                    return await call(cursor)
            except (OperationalError, InterfaceError) as error:
                log.warning("database away", error=str(error).strip())
                await self.close()
                await asyncio.sleep(RECONNECT_SECONDS)


def rescue(connection: BaseDatabaseWrapper) -> int:
    """Return to the queue what some dead workers held; answer how many messages that were."""
    with connection.cursor() as cursor:
        cursor.execute(statement("rescue").decode(), {"batches": RESCUED_BATCHES})
        return int(cursor.rowcount)


@cache
def statement(name: str) -> bytes:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_bytes()


def _claimed(rows: list[tuple[Any, ...]], *, start_before: float) -> list[Claimed]:
    """The rows of a claim, without the messages of deleted clients."""
    rows = [row for row in rows if row[4] is not None]
    if not rows:
        return []
    batch = ClaimedBatch(rows[0][0], left=len(rows), start_before=start_before)
    return [Claimed(batch, *row[1:]) for row in rows]


def _columns(unsent: list[Unsent]) -> dict[str, list[Any]]:
    return {
        "ids": [u.message.id for u in unsent],
        "batch_ids": [u.message.batch.id for u in unsent],
        "statuses": [u.status for u in unsent],
        "next_attempt_at": [u.next_attempt_at for u in unsent],
        "errors": [u.error for u in unsent],
        "uncharged": [0 if u.charged else 1 for u in unsent],
        "attempt_outcomes": [u.attempt_outcome for u in unsent],
        "at": [u.at for u in unsent],
        "http_statuses": [u.http_status for u in unsent],
        "answers": [u.answer for u in unsent],
        "retry_at": [u.retry_at for u in unsent],
        "timezones": [u.message.timezone for u in unsent],
    }
