"""The gateway's row, which all workers share: its breaker, its limits and who uses how much of them."""

from dataclasses import asdict, dataclass
from typing import Any

from psycopg import AsyncCursor

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.limits.concurrency import concurrency_quota
from notification_service.delivery.limits.rate import HORIZON_SECONDS, SPREAD, Permits
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.reasons import Why


@dataclass(frozen=True, slots=True)
class GatewaySnapshot:
    database_ahead: float  # add to steady_seconds() for the database's time, seconds since the epoch
    fast_by_at_most: float  # seconds by which that may be too much: the duration of the query
    is_enabled: bool
    is_held: bool
    max_rate: float | None  # requests per second, of all workers together
    max_concurrency: int | None  # of all workers together

    @property
    def has_rate(self) -> bool:
        return self.max_rate is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a worker does with the gateway; with the defaults, a single request."""

    limit: int | None  # the gateway's max_concurrency, as last seen
    lease_seconds: float
    under_way: int = 0
    concurrency: int = 1
    full_concurrency: int = 1
    latency_ms: float | None = None
    most_per_second: float | None = None  # None: not measured just now
    is_busy: bool = False  # when that was measured


@dataclass(frozen=True, slots=True)
class Share:
    """Of a gateway, beside other workers."""

    quota: int | None  # requests under way at most; None: no limit
    others_per_second: float  # messages that the others can send, together


class GatewayRow:
    def __init__(self, database: Database, config: DeliveryConfig) -> None:
        self._database = database
        self._probe_interval = {"probe_interval_seconds": config.probe_interval_seconds}

    async def snapshot(self) -> GatewaySnapshot | None:
        """Return None if the gateway is gone."""

        async def read(cursor: AsyncCursor[Any]) -> GatewaySnapshot | None:
            asked_at = steady_seconds()  # so that a deadline may come early by the round trip, but never late
            await self._database.run(cursor, "gateway_snapshot")
            row = await cursor.fetchone()
            took = steady_seconds() - asked_at
            return GatewaySnapshot(row[0].timestamp() - asked_at, took, *row[1:]) if row else None

        return await self._database.call(read)

    async def hold(self, reason: Why, *, wait_seconds: float = 0.0) -> None:
        """Open the breaker, or keep it open. `wait_seconds`: how long the gateway asks to be left alone."""
        kept = {**reason.columns, "text": reason.text, "wait_seconds": wait_seconds}
        await self._database.execute("hold_gateway", **kept, **self._probe_interval)

    async def release(self) -> None:
        await self._database.execute("release_gateway")

    async def take_probe(self) -> bool:
        """Return whether this worker is to probe the held gateway now."""
        return await self._database.execute("take_probe", **self._probe_interval) > 0

    async def end_probe(self) -> None:
        """Record that there was no message to probe the gateway with."""
        await self._database.execute("end_probe")

    async def take_permits(self, wanted: int) -> Permits:
        """Take permits of a gateway with a limit per second: as many as wanted, or fewer, or none."""
        rows = await self._database.fetch(
            "take_permits", wanted=wanted, spread=SPREAD, horizon_seconds=HORIZON_SECONDS
        )
        return Permits(*rows[0]) if rows else Permits(0.0, 0.0, 0)

    async def report(self, usage: Usage) -> Share:
        """Report what this worker does with the gateway."""

        async def report(cursor: AsyncCursor[Any]) -> Share:
            async with cursor.connection.transaction():
                quota = await self._take_quota(cursor, usage) if usage.limit is not None else None
                await self._database.run(cursor, "report_usage", quota=quota, **asdict(usage))
                [others] = await cursor.fetchone() or [0.0]  # no row: the gateway is gone
            return Share(quota, others)

        return await self._database.call(report)

    async def _take_quota(self, cursor: AsyncCursor[Any], usage: Usage) -> int | None:
        await self._database.run(cursor, "lock_gateway")
        [limit] = await cursor.fetchone() or [None]
        if limit is None:
            return None
        await self._database.run(cursor, "other_quotas")
        [others, taken] = await cursor.fetchone() or (0, 0)
        return concurrency_quota(limit=limit, others=others, taken=taken, under_way=usage.under_way)
