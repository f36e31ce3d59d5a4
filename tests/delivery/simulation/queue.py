"""What the engine's statements find and leave, in memory: mailings of due messages, and one gateway's row."""

import contextlib
import heapq
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any, TypeVar

from notification_service.delivery.database import Database
from tests.delivery.simulation.clock import Clock

Result = TypeVar("Result")
FAR = datetime(9999, 1, 1, tzinfo=UTC)


def divided(
    busy: list[int], *, limit: int, hurry: Sequence[int], equal: int, random: Random
) -> dict[int, int]:
    """Return what each mailing gets of a claim, as `claim.sql` divides it, before the rest is given away."""
    drawn = sorted(busy, key=lambda mailing_id: (mailing_id in hurry, random.random()))
    each, more = divmod(equal, len(drawn)) if drawn else (0, 0)
    parts = {mailing_id: each + (lot < more) for lot, mailing_id in enumerate(drawn)}
    unknown = {m: max(1, part) for m, part in [*parts.items()][:limit] if m not in hurry}
    return parts | unknown


@dataclass(slots=True)
class Row:
    id: int
    mailing_id: int
    phone: str
    attempts: int = 0
    reason: str = ""
    sent_at: float | None = None  # seconds since the simulation began


@dataclass(slots=True)
class Breaker:
    """As `mailings_gateway` has it."""

    held_at: float | None = None
    probe_at: float | None = None
    wait_seconds: float = 0.0
    probed_mailing_id: int | None = None
    times_held: int = 0
    released_at: float = 0.0


@dataclass(slots=True)
class Queue:
    clock: Clock
    random: Random
    messages: dict[int, Row] = field(default_factory=dict)
    due: dict[int, list[tuple[float, int]]] = field(
        default_factory=dict
    )  # by mailing: heaps of times and ids
    breaker: Breaker = field(default_factory=Breaker)
    batches: int = 0
    paces: dict[str, float] = field(default_factory=dict)  # by worker: messages a second

    def add_mailing(self, phones: Iterable[str]) -> int:
        mailing_id = len(self.due) + 1
        self.due[mailing_id] = []
        self.add_messages(mailing_id, phones)
        return mailing_id

    def add_messages(self, mailing_id: int, phones: Iterable[str]) -> None:
        rows = [Row(len(self.messages) + n, mailing_id, phone) for n, phone in enumerate(phones, start=1)]
        self.messages |= {row.id: row for row in rows}
        for row in rows:
            self._put(row, self.clock.now)

    def rows(self, phone: str) -> list[Row]:
        return [row for row in self.messages.values() if row.phone == phone]

    # statements

    def claim(
        self, *, limit: int, slow_mailings: list[int], hurry: list[int], equal: int, **_: Any
    ) -> list[Any]:
        busy = [mailing_id for mailing_id in self._busy() if mailing_id not in slow_mailings]
        parts = divided(busy, limit=limit, hurry=hurry, equal=equal, random=self.random)
        rows = [row for mailing_id, part in parts.items() for row in self._first(mailing_id, part)]
        for mailing_id in hurry:
            if mailing_id in parts:
                rows += self._first(mailing_id, limit - len(rows))
        return self._taken(rows)

    def _busy(self) -> list[int]:
        return [m for m, due in self.due.items() if due and due[0][0] <= self.clock.now]

    def claim_single(self, **_: Any) -> list[Any]:
        return []

    def claim_probe(self, **_: Any) -> list[Any]:
        probed = self.breaker.probed_mailing_id
        due = [sorted(entry for entry in due if entry[0] <= self.clock.now) for due in self.due.values()]
        entries = {entry for entries in due for entry in (*entries[:100], *entries[-100:])}
        candidates = [(self.messages[message_id], at) for at, message_id in sorted(entries)]
        self.random.shuffle(candidates)
        candidates.sort(key=lambda it: (it[0].reason != "", it[0].mailing_id == probed))
        for row, at in candidates[:1]:
            self.due[row.mailing_id].remove((at, row.id))
            heapq.heapify(self.due[row.mailing_id])
            self.breaker.probed_mailing_id = row.mailing_id
        return self._taken([row for row, _ in candidates[:1]])

    def _first(self, mailing_id: int, count: int) -> list[Row]:
        due = self.due[mailing_id]
        first: list[Row] = []
        while due and len(first) < count and due[0][0] <= self.clock.now:
            first.append(self.messages[heapq.heappop(due)[1]])
        return first

    def _put(self, row: Row, at: float) -> None:
        heapq.heappush(self.due[row.mailing_id], (at, row.id))

    def _taken(self, rows: list[Row]) -> list[Any]:
        self.batches += 1
        for row in rows:
            row.attempts += 1
        return [(self.batches, r.id, r.mailing_id, r.attempts, r.phone, "UTC", r.reason, None) for r in rows]

    def record_sent(self, ids: str, sent_at: str, **_: Any) -> list[Any]:
        for message_id in ids.strip("{}").split(","):
            self.messages[int(message_id)].sent_at = self.clock.now
        return []

    def record_not_sent(self, **columns: Any) -> list[Any]:
        names = ("ids", "next_attempt_at", "reasons", "uncharged")
        for message_id, at, reason, uncharged in zip(*(columns[name] for name in names), strict=True):
            row = self.messages[message_id]
            row.reason = row.reason if reason is None else reason
            row.attempts -= uncharged
            if at is not None:
                self._put(row, at.timestamp() - self.clock.time() + self.clock.now)
        return []

    def gateway_snapshot(self, **_: Any) -> list[Any]:
        now = datetime.fromtimestamp(self.clock.time(), UTC)
        return [(now, True, self.breaker.held_at is not None, None, None)]

    def report_usage(
        self,
        *,
        worker: str,
        concurrency: int,
        latency_ms: float | None,
        most_per_second: float | None,
        **_: Any,
    ) -> list[Any]:
        by_latency = concurrency * 1000 / latency_ms if latency_ms else 0.0
        self.paces[worker] = most_per_second or self.paces.get(worker) or by_latency
        return [(sum(pace for name, pace in self.paces.items() if name != worker),)]

    def mailing_terms(self, ids: list[int], **_: Any) -> list[Any]:
        hours = [None] * 8  # neither its own nor everybody's
        return [
            (mailing_id, "text", FAR, *hours, 0, False, True, "", False, len(self.due[mailing_id]), False)
            for mailing_id in ids
        ]

    def preference_changes(self, **_: Any) -> list[Any]:
        return [(0,)]  # nobody opts out

    def hold_gateway(self, *, wait_seconds: float, probe_interval_seconds: float, **_: Any) -> list[Any]:
        row, now = self.breaker, self.clock.now
        if row.held_at is None or row.probe_at is None:
            row.held_at, row.wait_seconds, row.times_held = now, wait_seconds, row.times_held + 1
            row.probe_at = now + max(wait_seconds, probe_interval_seconds)
        elif wait := min(wait_seconds, row.wait_seconds):
            row.probe_at = max(row.probe_at, now + wait)
        return []

    def release_gateway(self, **_: Any) -> list[Any]:
        row = self.breaker
        row.held_at, row.probe_at, row.wait_seconds, row.released_at = None, None, 0.0, self.clock.now
        return []

    def take_probe(self, *, probe_interval_seconds: float, **_: Any) -> list[Any]:
        row, now = self.breaker, self.clock.now
        if row.held_at is None or row.probe_at is None or row.probe_at > now:
            return []
        row.probe_at = now + probe_interval_seconds
        return [()]


class _Cursor:
    def __init__(self) -> None:
        self.rows: list[Any] = []
        self.connection = self

    @property
    def rowcount(self) -> int:
        return len(self.rows)

    async def fetchall(self) -> list[Any]:
        return self.rows

    async def fetchone(self) -> Any:
        return self.rows[0] if self.rows else None

    def transaction(self) -> Any:
        return contextlib.nullcontext()


class MemoryDatabase(Database):
    def __init__(self, queue: Queue, *, worker: str) -> None:
        super().__init__("", worker=worker, gateway_id=0)
        self._queue = queue
        self._worker = worker

    async def call(self, call: Callable[[Any], Awaitable[Result]]) -> Result:
        return await call(_Cursor())

    async def run(self, cursor: Any, name: str, **parameters: Any) -> None:
        run = getattr(self._queue, name, None)
        cursor.rows = run(worker=self._worker, **parameters) if run else []
