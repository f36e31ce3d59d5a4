"""Claim: take due messages under a lease, as many as will be sent soon; return those of ended leases."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database, statement
from notification_service.delivery.gateway_row import GatewayRow
from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, ClaimedBatch
from notification_service.delivery.steady import steady_seconds

NO_PERMIT_SECONDS = 0.02  # between questions whether the gateway's rate allows more
# From a claim, after which its phones and zones are old; three times what a claim covers of sending.
FRESH_SECONDS = 0.75
RESCUED_BATCHES = 20


class Claimer:
    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._row = GatewayRow(lane.claims, lane.config)

    async def permitted(self, wanted: int) -> int:
        """How many of `wanted` messages may be claimed now, as far as the gateway's rate allows requests."""
        shared, permits = self._lane.shared, self._lane.permits
        if not shared.has_rate:
            return wanted
        free = permits.free(now=shared.clock.time())
        if free < wanted:
            permits.add(await self._row.take_permits(wanted - free))
            free = permits.free(now=shared.clock.time())
        return min(wanted, max(0, free))

    async def claim(
        self, limit: int, *, is_probe: bool = False, slow_mailings: Sequence[int] = ()
    ) -> list[Claimed]:
        """Take up to about `limit` due messages (a little more where mailings share them)."""
        lane, asked_at, began = self._lane, time.time_ns(), time.monotonic()
        messages = await take_due(
            lane.claims, lane.config, limit, is_probe=is_probe, slow_mailings=slow_mailings
        )
        lane.meters.claimed(len(messages), time.monotonic() - began)
        await lane.shared.learn_terms({message.mailing_id for message in messages})
        lane.traces.note_claim(messages, lane.shared.terms, asked_at=asked_at)
        if lane.shared.has_rate:
            lane.permits.promised += len(messages)
        return messages

    async def claim_probe(self) -> list[Claimed]:
        """One message, to find out whether the held gateway takes any again; none where others probe it."""
        stopping = self._lane.stopping
        if stopping.is_set() or not await self._row.take_probe():
            return []
        while not stopping.is_set() and not await self.permitted(1):  # noqa: ASYNC110
            await asyncio.sleep(NO_PERMIT_SECONDS)
        probe = await self.claim(1, is_probe=True)
        if not probe:
            await self._row.end_probe()
        return probe


async def take_due(
    database: Database,
    config: DeliveryConfig,
    limit: int,
    *,
    is_probe: bool = False,
    slow_mailings: Sequence[int] = (),
) -> list[Claimed]:
    """Up to about `limit` messages, none of slow mailings; a single one that is to be a probe."""
    asked_at = steady_seconds()  # before the lease begins: an early end of it harms no one
    which = {} if is_probe else {"limit": limit, "slow_mailings": list(slow_mailings)}
    rows = await database.fetch(
        "claim_probe" if is_probe else "claim",
        lease_seconds=config.lease_seconds,
        deadline_guard_seconds=config.deadline_guard_seconds,
        **which,
    )
    lasts = min(config.lease_seconds - config.start_margin_seconds, FRESH_SECONDS)
    return _claimed(rows, start_before=asked_at + lasts, is_probe=is_probe)


def _claimed(rows: list[tuple[Any, ...]], *, start_before: float, is_probe: bool) -> list[Claimed]:
    """The rows of a claim, without the messages of deleted clients."""
    rows = [row for row in rows if row[4] is not None]
    if not rows:
        return []
    batch = ClaimedBatch(rows[0][0], left=len(rows), start_before=start_before, is_probe=is_probe)
    return [Claimed(batch, *row[1:]) for row in rows]


def rescue(connection: BaseDatabaseWrapper) -> int:
    """Return to the queue what some dead workers held; return how many messages that were."""
    with connection.cursor() as cursor:
        cursor.execute(statement("rescue").decode(), {"batches": RESCUED_BATCHES})
        return int(cursor.rowcount)
