"""Claim: take due messages under a lease, as many as will be sent soon; rescue those of ended leases."""

import asyncio
import time
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database, statement
from notification_service.delivery.gateway_row import GatewayRow
from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, ClaimedBatch, MailingTerms
from notification_service.delivery.steady import steady_seconds
from notification_service.directory.models import Client
from notification_service.mailings.exclusions import cancel_waiting
from notification_service.mailings.models import Mailing
from notification_service.mailings.send_window import window_of

NO_PERMIT_SECONDS = 0.02  # between checks whether the gateway's rate allows more
# After a claim, until its phones and zones are too old: three times as long as a claim's messages last.
FRESH_SECONDS = 0.75
RESCUED_BATCHES = 20
PROBES_LOOKED_AT = 200  # single messages, to find one that has not failed
COLUMNS = 11  # of a claim's row that are the message's; those of a single message have its terms behind them


class Claimer:
    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._row = GatewayRow(lane.claims, lane.config)
        self._begins_with_singles = False  # the latest probe

    async def permitted(self, wanted: int) -> int:
        """Return how many of `wanted` messages the gateway's rate allows to be claimed now."""
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
        """Take up to about `limit` due messages (a little more if it meets new mailings)."""
        lane, asked_at, began = self._lane, time.time_ns(), time.monotonic()
        known = lane.shared.exclusions.changes
        most = limit if lane.shared.has_rate else max(limit, lane.config.batch_size)
        preferred = lane.preferences.preference(lane.shared, rate=lane.rate, now=steady_seconds())
        messages = await take_due(
            lane.claims,
            lane.config,
            limit,
            most=most,
            is_probe=is_probe,
            slow_mailings=slow_mailings,
            hurry=preferred.order,
            equal=preferred.equal_of(limit, lot=lane.random.random()),
        )
        lane.preferences.note(messages, lane.shared)
        lane.meters.claimed(len(messages), time.monotonic() - began)
        await lane.shared.exclusions.hold(messages, known=known, database=lane.claims)
        mailings = {message.mailing_id for message in messages}
        await lane.shared.learn_terms(mailings)
        if len(mailings) > 1:
            messages = in_turns(messages)
        lane.traces.note_claim(messages, lane.shared.terms, asked_at=asked_at)
        if lane.shared.has_rate:
            lane.permits.promised += len(messages)
        return messages

    async def claim_singles(self, limit: int, *, is_probe: bool = False) -> list[Claimed]:
        """Take up to about `limit` due single messages; for a probe, a single one."""
        lane, began, known = self._lane, time.monotonic(), self._lane.shared.exclusions.changes
        if not is_probe and not await lane.claims.fetch("single_due"):
            return []
        messages, terms = await take_singles(lane.claims, lane.config, limit, is_probe=is_probe)
        if messages:
            await lane.shared.learn_singles(terms)
            lane.meters.claimed(len(messages), time.monotonic() - began)
            await lane.shared.exclusions.hold(messages, known=known, database=lane.claims)
            if lane.shared.has_rate:
                lane.permits.promised += len(messages)
        return messages

    async def claim_probe(self) -> list[Claimed]:
        """Take one message to find out if the held gateway takes messages again; none if others probe it."""
        stopping = self._lane.stopping
        if stopping.is_set() or not await self._row.take_probe():
            return []
        while not stopping.is_set() and not await self.permitted(1):  # noqa: ASYNC110
            await asyncio.sleep(NO_PERMIT_SECONDS)
        probe = await self._next_probe()
        if not probe:
            await self._row.end_probe()
        return probe

    async def _next_probe(self) -> list[Claimed]:
        """Take them in turns from mailings and from single messages, so that neither blocks the other."""
        ways = [self.claim_singles, self.claim]
        self._begins_with_singles = not self._begins_with_singles
        for way in ways if self._begins_with_singles else reversed(ways):
            if probe := await way(1, is_probe=True):
                return probe
        return []


async def take_due(
    database: Database,
    config: DeliveryConfig,
    limit: int,
    *,
    most: int = 0,
    is_probe: bool = False,
    slow_mailings: Sequence[int] = (),
    hurry: Sequence[int] = (),
    equal: int | None = None,
) -> list[Claimed]:
    """Take up to about `limit` messages, none of slow mailings; for a probe, a single one.

    `equal` of them are divided equally (None: all), and the rest goes to the mailings of `hurry` in their
    order.

    None only if none is due: where a claim ends all that it takes, others may be behind that.
    """
    name = "claim_probe" if is_probe else "claim"
    shares = {"hurry": list(hurry), "equal": limit if equal is None else equal}
    which = {} if is_probe else {"limit": limit, "slow_mailings": list(slow_mailings), **shares}
    rows, start_before = await _take(database, config, name, most=most, **which)
    return _claimed(rows, start_before=start_before, is_probe=is_probe)


async def take_singles(
    database: Database, config: DeliveryConfig, limit: int, *, is_probe: bool = False
) -> tuple[list[Claimed], dict[int, MailingTerms]]:
    """Take up to `limit` single messages, with the terms of each."""
    looked_at = PROBES_LOOKED_AT if is_probe else limit
    which = {"limit": 1 if is_probe else limit, "looked_at": looked_at, "is_probe": is_probe}
    rows, start_before = await _take(database, config, "claim_single", **which)
    messages = _claimed(rows, start_before=start_before, is_probe=is_probe)
    return messages, {row[2]: _terms_of_single(row[COLUMNS:]) for row in rows}


async def _take(
    database: Database, config: DeliveryConfig, name: str, *, most: int = 0, **which: Any
) -> tuple[list[tuple[Any, ...]], float]:
    """Return the rows of messages that a claim took, and until when their requests may start.

    Without those that it ended: they have no phone to go to. If it ended all that it found, claim again,
    twice as many each time, up to `most`: thousands may end so.
    """
    lasts = min(config.lease_seconds - config.start_margin_seconds, FRESH_SECONDS)
    while True:
        asked_at = steady_seconds()  # before the lease begins: ending too early does no harm
        rows = await database.fetch(
            name,
            lease_seconds=config.lease_seconds,
            deadline_guard_seconds=config.deadline_guard_seconds,
            **which,
        )
        taken = [row for row in rows if row[4] is not None]
        if taken or not rows:
            return taken, asked_at + lasts
        await database.execute("close_batches", ids=[rows[0][0]])
        if which.get("limit", most) < most:
            which |= {name: min(2 * which[name], most) for name in ("limit", "equal")}


def _claimed(rows: list[tuple[Any, ...]], *, start_before: float, is_probe: bool) -> list[Claimed]:
    if not rows:
        return []
    batch = ClaimedBatch(rows[0][0], left=len(rows), start_before=start_before, is_probe=is_probe)
    return [Claimed(batch, *row[1:COLUMNS]) for row in rows]


def _terms_of_single(columns: Sequence[Any]) -> MailingTerms:
    """Nobody can change or stop a single message once it is made, except by an opt-out."""
    text, end_at, *window = columns
    own = window_of(*window)
    return MailingTerms(
        text=text,
        end_at=end_at,
        hours=(own,) if own else (),
        give_up_on_unknown=False,
        is_running=True,
        hours_version=None,
    )


def in_turns(messages: list[Claimed]) -> list[Claimed]:
    """Mix the mailings evenly: if the messages of one hang, they take only its places.

    The order within a mailing stays.
    """
    of_mailing: dict[int, list[Claimed]] = {}
    for message in messages:
        of_mailing.setdefault(message.mailing_id, []).append(message)
    placed = [
        ((number + 0.5) / len(some), message)
        for some in of_mailing.values()
        for number, message in enumerate(some)
    ]
    return [message for _, message in sorted(placed, key=itemgetter(0))]


def rescue(connection: BaseDatabaseWrapper) -> int:
    """Put what some dead workers held into the queue again; return how many messages these were."""
    with connection.cursor() as cursor:
        cursor.execute(statement("rescue").decode(), {"batches": RESCUED_BATCHES})
        ids = [message_id for (message_id,) in cursor.fetchall()]
    # Nobody claims the messages of a paused mailing, to find that they are not to be sent any more.
    if paused := Client.objects.filter(message__in=ids, message__mailing__status=Mailing.Status.PAUSED):
        cancel_waiting({client.phone for client in paused if client.phone})
    return len(ids)
