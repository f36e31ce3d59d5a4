"""The engine, workers and all, at a simulated gateway: messages that are well, poison, and outages."""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import Any

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateway_list import ListedGateway
from notification_service.delivery.gateways import GatewaySettings, probe_server
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.stragglers import Stragglers
from notification_service.delivery.outcome import (
    MAX_RESPONSE_BYTES,
    MayStart,
    NoResponse,
    Response,
    Verdict,
    always,
)
from notification_service.delivery.shared_state import SharedState
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.simulation.clock import Clock, run
from tests.delivery.simulation.queue import MemoryDatabase, Queue

LATENCY_SECONDS = 0.05
TIMEOUT_SECONDS = 10.0
WAKE_UP_SECONDS = 0.25  # beat's
WELL = "well"
TAKEN = Response(200, b'{"code": 0}')
YEAR = str(365 * 24 * 3600)

Answer = Response | NoResponse
RESET = NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)
SILENCE = NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True)
REFUSED = NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False)

# What a phone's name stands for. One that begins with a number is well once it was asked so often.
ANSWERS: dict[str, Answer] = {
    WELL: TAKEN,
    "400": Response(400, b""),
    "500": Response(500, b""),
    "429": Response(429, b""),
    "429 for 30 s": Response(429, b"", "30"),
    "429 for a year": Response(429, b"", YEAR),
    "503 until 2027": Response(503, b"", "1800000600"),
    "418": Response(418, b""),
    "302": Response(302, b""),
    "204": Response(204, b""),
    "HTML": Response(200, b"<html>"),
    "code 7": Response(200, b'{"code": 7}'),
    "3 MB": Response(200, b"x" * (MAX_RESPONSE_BYTES + 1)),
    "reset": RESET,
    "hang": SILENCE,
    "trickle": SILENCE,
    "refused": REFUSED,
}
SLOW = {"hang", "trickle"}


@dataclass(frozen=True, slots=True)
class Outage:
    since: float
    until: float
    answer: str


@dataclass(slots=True)
class SimulatedGateway:
    names_messages = is_named_in_receipts = False
    clock: Clock
    random: Random
    outages: tuple[Outage, ...] = ()
    asked: list[tuple[float, str]] = field(default_factory=list)
    times: Counter[int] = field(default_factory=Counter)  # asked for each message

    async def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Answer:
        self.asked.append((self.clock.now, phone))
        self.times[message_id] += 1
        name = self._name(phone, nth=self.times[message_id])
        jitter = self.random.uniform(0.5, 1.5)
        await asyncio.sleep(TIMEOUT_SECONDS if name in SLOW else LATENCY_SECONDS * jitter)
        return ANSWERS[name]

    def _name(self, phone: str, *, nth: int) -> str:
        for outage in self.outages:
            if outage.since <= self.clock.now < outage.until:
                return outage.answer
        times, _, name = phone.partition(" times ")
        return phone if not name else name if nth <= int(times) else WELL

    def provider_id(self, response: Response) -> str:
        return ""

    def judge(self, response: Response) -> Verdict:
        return probe_server.judge(response)

    async def close(self) -> None:
        pass

    def asked_between(self, since: float, until: float) -> list[float]:
        return [at for at, _ in self.asked if since <= at < until]


class World:
    def __init__(
        self, *, seed: int = 1, outages: tuple[Outage, ...] = (), workers: int = 1, **knobs: Any
    ) -> None:
        self.clock, random = Clock(), Random(seed)
        self.queue = Queue(self.clock, random)
        self.gateway = SimulatedGateway(self.clock, random, outages)
        self.random = random
        self._workers = workers
        self.lanes: list[Lane] = []
        self._ended_at = 0.0
        self._late: list[tuple[float, int | None, list[str]]] = []  # when, to which mailing if not a new one
        self._knobs = {"max_concurrency": 16, **knobs}

    def add_mailing(self, *phones: tuple[str, int], at: float = 0.0) -> None:
        """So many messages of each phone, in any order; what it is called is what becomes of it."""
        self.add_to_mailing(None, *phones, at=at)

    def add_to_mailing(self, mailing_id: int | None, *phones: tuple[str, int], at: float) -> None:
        """Messages of a mailing, due from then on, as by their hours; None: of a new one."""
        mixed = [phone for phone, count in phones for _ in range(count)]
        self.random.shuffle(mixed)
        self._late.append((at, mailing_id, mixed))
        self._add_late()

    def run(self, *, until: Callable[[], bool], most_seconds: float) -> float:
        """Return when it came true, in seconds since the beginning; or `most_seconds` where it has not."""
        run(self.clock, self._run(until, most_seconds))
        return self._ended_at

    async def _run(self, until: Callable[[], bool], most_seconds: float) -> None:
        self.lanes = [self._lane(f"worker {n}") for n in range(self._workers)]
        dispatchers = [Dispatcher(lane) for lane in self.lanes]
        workers = [asyncio.create_task(self._drain(dispatcher)) for dispatcher in dispatchers]
        while not until() and self.clock.now < most_seconds:
            await asyncio.sleep(0.05)
            self._add_late()
        self._ended_at = self.clock.now
        for worker in workers:
            worker.cancel()
        ends = await asyncio.gather(*workers, return_exceptions=True)
        for fault in (end for end in ends if isinstance(end, Exception)):
            raise fault  # else a world in which nothing is sent would only look slow

    async def _drain(self, dispatcher: Dispatcher) -> None:
        while True:
            await dispatcher.drain()
            await asyncio.sleep(WAKE_UP_SECONDS)

    def _add_late(self) -> None:
        while self._late and self._late[0][0] <= self.clock.now:
            _, mailing_id, phones = self._late.pop(0)
            if mailing_id is None:
                self.queue.add_mailing(phones)
            else:
                self.queue.add_messages(mailing_id, phones)

    def _lane(self, worker: str = "worker 0") -> Lane:
        listed = ListedGateway(
            1, "main", "simulated", GatewaySettings(url="", token=""), DeliveryConfig(**self._knobs)
        )
        lane = Lane(listed, gateway=self.gateway, conninfo="", worker=worker)
        lane.random = Random(self.random.random())
        lane.stragglers = Stragglers()  # however few files this process may have open
        lane.claims = lane.records = MemoryDatabase(self.queue, worker=worker)
        lane.shared = SharedState(lane.config, lane.records, lane.concurrency, lane.throughput)
        return lane

    # what is seen

    def sent(self, phone: str = WELL) -> int:
        return sum(row.sent_at is not None for row in self.queue.rows(phone))

    def are_sent(self, phone: str = WELL, *, count: int) -> Callable[[], bool]:
        return lambda: self.sent(phone) >= count
