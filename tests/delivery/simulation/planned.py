"""A simulated world with hours, deadlines and a limit per second, to hold a forecast against what happens."""

import asyncio
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from notification_service.delivery.dispatcher import Dispatcher
from notification_service.mailings.forecast.flow import Load
from notification_service.mailings.forecast.speed import Speed
from notification_service.mailings.send_window import Hours, next_opening
from notification_service.mailings.time_left import time_left
from tests.delivery.simulation import world
from tests.delivery.simulation.clock import BEGINNING
from tests.delivery.simulation.queue import Queue, Row


@dataclass(slots=True)
class PlannedQueue(Queue):
    """The rows of mailings that begin, end and have hours."""

    max_per_second: float | None = None
    loads: dict[int, Load] = field(default_factory=dict)  # by mailing
    zones: dict[int, str] = field(default_factory=dict)  # by message
    permits_until: float = -math.inf

    def add_load(self, load: Load) -> None:
        mailing_id = len(self.due) + 1
        self.due[mailing_id], self.loads[mailing_id] = [], load
        clients = [zone for zone, count in load.zones.items() for _ in range(count)]
        self.random.shuffle(clients)
        times = {zone: self._times(load, zone, count) for zone, count in load.zones.items()}
        for zone in clients:
            row = Row(len(self.messages) + 1, mailing_id, world.WELL)
            self.messages[row.id], self.zones[row.id] = row, zone
            self._put(row, next(times[zone]) - self.clock.time() + self.clock.now)

    def _times(self, load: Load, zone: str, clients: int) -> Iterator[float]:
        """When the messages of a zone are due, as the fan-out writes it."""
        if load.spread_minutes is not None:
            parts = load.parts(zone)
            for place in ((n + 0.5) / clients for n in self.random.sample(range(clients), clients)):
                part = next(part for part in parts if part.first <= place < part.last)
                yield part.at.timestamp() + part.seconds * (place - part.first) / (part.last - part.first)
        starts, ends = (datetime.fromtimestamp(at, UTC) for at in (load.starts, load.ends))
        opening = next_opening(load.hours, zone=ZoneInfo(zone), at=starts)
        if load.hours and opening == starts:
            opening -= time_left(load.hours, zone, at=starts, end_at=ends).ahead
        while True:
            yield opening.timestamp()

    def is_anything_left(self) -> bool:
        return any(self._open().values()) or any(row.sent_at is None for row in self._of_open())

    def _of_open(self) -> list[Row]:
        open_ids = self._open().keys()
        return [row for row in self.messages.values() if row.mailing_id in open_ids]

    def is_due(self) -> bool:
        return any(due and due[0][0] <= self.clock.now for due in self._begun().values())

    def sent_of(self, mailing_id: int) -> list[Row]:
        rows = self.messages.values()
        return [row for row in rows if row.mailing_id == mailing_id and row.sent_at is not None]

    def unsent_by_zone(self, mailing_id: int) -> dict[str, int]:
        rows = self.messages.values()
        unsent = [row for row in rows if row.mailing_id == mailing_id and row.sent_at is None]
        return dict(Counter(self.zones[row.id] for row in unsent))

    def _open(self) -> dict[int, list[tuple[float, int]]]:
        now = self.clock.time()
        return {pk: due for pk, due in self.due.items() if self.loads[pk].ends > now + 0.2}

    def _begun(self) -> dict[int, list[tuple[float, int]]]:
        now = self.clock.time()
        return {pk: due for pk, due in self._open().items() if self.loads[pk].starts <= now}

    # statements

    def claim(self, **arguments: Any) -> list[Any]:
        every, self.due = self.due, self._begun()
        try:
            return Queue.claim(self, **arguments)
        finally:
            self.due = every

    def _taken(self, rows: list[Row]) -> list[Any]:
        taken = Queue._taken(self, rows)
        return [(*row[:5], self.zones[row[1]], *row[6:]) for row in taken]

    def gateway_snapshot(self, **_: Any) -> list[Any]:
        now = datetime.fromtimestamp(self.clock.time(), UTC)
        return [(now, True, False, self.max_per_second, None)]

    def take_permits(self, *, wanted: int, spread: float, horizon_seconds: float, **_: Any) -> list[Any]:
        assert self.max_per_second is not None
        now, spacing = self.clock.time(), spread / self.max_per_second
        first = max(self.permits_until, now + 0.01)
        permits = max(0, min(wanted, math.floor((now + horizon_seconds - first) / spacing) + 1))
        self.permits_until = first + permits * spacing
        return [(first, spacing, permits)]

    def mailing_terms(self, ids: list[int], **_: Any) -> list[Any]:
        return [self._terms(mailing_id, self.loads[mailing_id]) for mailing_id in ids]

    def _terms(self, mailing_id: int, load: Load) -> Any:
        ends = datetime.fromtimestamp(load.ends, UTC)
        hours = [_columns(load.hours[:1]), _columns(load.hours[1:])]
        left = len(self.due[mailing_id])
        return (mailing_id, "text", ends, *hours[0], *hours[1], 0, False, True, "", False, left, False)


def _columns(hours: Hours) -> list[Any]:
    if not hours:
        return [None] * 4
    [window] = hours
    return [window.opens, window.closes, sorted(window.days or ()), window.holidays]


@dataclass(slots=True)
class SlowGateway(world.SimulatedGateway):
    """It takes every message, after its own time."""

    latency_seconds: float = world.LATENCY_SECONDS

    async def send(self, **_: Any) -> world.Answer:
        self.asked.append((self.clock.now, world.WELL))
        await asyncio.sleep(self.latency_seconds * self.random.uniform(0.5, 1.5))
        return world.TAKEN


class PlannedWorld(world.World):
    def __init__(
        self, loads: Sequence[Load], speed: Speed, *, seed: int, concurrency: int, latency_seconds: float
    ) -> None:
        super().__init__(seed=seed, workers=speed.workers, max_concurrency=concurrency)
        self.plan = PlannedQueue(self.clock, Random(seed), max_per_second=speed.max_per_second)
        self.queue = self.plan
        self.gateway = SlowGateway(self.clock, Random(seed), latency_seconds=latency_seconds)
        for load in loads:
            self.plan.add_load(load)

    def run_to_end(self) -> None:
        """Until everything is sent, or every mailing has ended."""
        most = max(load.ends for load in self.plan.loads.values()) - BEGINNING
        self.run(until=lambda: not self.plan.is_anything_left(), most_seconds=most)

    async def _drain(self, dispatcher: Dispatcher) -> None:
        """A worker sleeps until something is due."""
        while True:
            if self.plan.is_due():
                await dispatcher.drain()
            await asyncio.sleep(world.WAKE_UP_SECONDS)
