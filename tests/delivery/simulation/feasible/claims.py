"""A load sent claim by claim, a minute at a time, by the engine's own preference."""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from types import SimpleNamespace
from typing import Any

from notification_service.delivery.messages import MailingTerms
from notification_service.delivery.preferences import Preferences
from notification_service.mailings.send_window import find_zone, is_open, next_opening
from tests.delivery.simulation.feasible.loads import BEGINNING, MINUTE, Load
from tests.delivery.simulation.queue import divided


@dataclass(slots=True)
class Result:
    sent: int = 0
    longest_wait: int = 0  # minutes in a row in which a mailing had messages due, and none was sent
    late: set[int] = field(default_factory=set)  # mailings that got nothing of the first claim


@dataclass(frozen=True, slots=True)
class Taken:
    """As the engine's note of a claim reads it."""

    mailing_id: int
    timezone: str


class Claims:
    def __init__(self, load: Load, random: Random) -> None:
        self.load, self._random = load, random
        self.due: dict[int, list[list[Any]]] = {}  # by mailing: heaps of when, a number, zone and how many
        self.left = {n: sum(mailing.messages.values()) for n, mailing in enumerate(load.mailings)}
        self.workers = [Worker() for _ in range(load.workers)]
        self.result = Result()
        self._waits: dict[int, int] = defaultdict(int)
        self._numbers = iter(range(10**9))
        self._started: set[int] = set()
        self._openings: dict[tuple[int, str], tuple[datetime, datetime]] = {}

    def run(self) -> Result:
        for minute in range(self.load.minutes):
            now = BEGINNING + minute * MINUTE
            for n, mailing in enumerate(self.load.mailings):
                if mailing.starts == minute:
                    self.due[n] = [[g.at, next(self._numbers), g.zone, g.messages] for g in mailing.groups]
                    heapq.heapify(self.due[n])
                if mailing.ends <= minute:
                    self.due.pop(n, None)
            self._minute(now)
        return self.result

    def _minute(self, now: datetime) -> None:
        self._put_off(now)
        waiting = set(self._busy(now))
        if not waiting:
            return
        room, sent = self.load.rate, set[int]()
        share = -(-room // len(self.workers))
        for worker in self._random.sample(self.workers, len(self.workers)):
            taken = self._claim(worker, min(share, room), now)
            room -= sum(taken.values())
            sent |= set(taken)
        while room and self._busy(now):
            taken = self._claim(self.workers[0], room, now)
            room -= sum(taken.values())
            sent |= set(taken)
        self._note_waits(waiting, sent)

    def _claim(self, worker: "Worker", limit: int, now: datetime) -> dict[int, int]:
        busy = self._busy(now)
        preferred = worker.preference(self, now)
        equal = preferred.equal_of(limit, lot=self._random.random())
        parts = divided(busy, limit=limit, hurry=preferred.order, equal=equal, random=self._random)
        taken: dict[int, int] = defaultdict(int)
        zones: list[Any] = []
        for n, part in parts.items():
            self._take(n, min(part, limit - sum(taken.values())), now, taken, zones)
        for n in preferred.order:
            if n in parts:
                self._take(n, limit - sum(taken.values()), now, taken, zones)
        worker.note(zones, set(parts), self)
        self.result.sent += sum(taken.values())
        return {n: count for n, count in taken.items() if count}

    def _take(self, n: int, count: int, now: datetime, taken: dict[int, int], zones: list[Any]) -> None:
        due = self.due[n]
        while count > 0 and due and due[0][0] <= now:
            first = due[0]
            part = min(count, first[3])
            zones.append(Taken(n, first[2]))
            first[3] -= part
            count -= part
            taken[n] += part
            self.left[n] -= part
            if not first[3]:
                heapq.heappop(due)

    def _busy(self, now: datetime) -> list[int]:
        return [n for n, due in self.due.items() if due and due[0][0] <= now]

    def _put_off(self, now: datetime) -> None:
        """What is due outside its hours goes back without a request, to when they open next."""
        for n, due in self.due.items():
            hours = self.load.mailings[n].hours
            while hours and due and due[0][0] <= now and (opening := self._opening(n, due[0][2], now)) > now:
                heapq.heapreplace(due, [opening, *due[0][1:]])

    def _opening(self, n: int, zone_name: str, now: datetime) -> datetime:
        zone = find_zone(zone_name)
        assert zone
        hours = self.load.mailings[n].hours
        return now if is_open(hours, zone=zone, at=now) else next_opening(hours, zone=zone, at=now)

    def _note_waits(self, waiting: set[int], sent: set[int]) -> None:
        for n in waiting:
            self._waits[n] = 0 if n in sent else self._waits[n] + 1
            self.result.longest_wait = max(self.result.longest_wait, self._waits[n])
            if n not in sent and n not in self._started:
                self.result.late.add(n)
        self._started |= sent


class Worker:
    def __init__(self) -> None:
        self._preferences = Preferences()
        self._shared: Any = SimpleNamespace(terms={}, clock=SimpleNamespace(now=lambda: BEGINNING))
        self._met: set[int] = set()

    def preference(self, claims: Claims, now: datetime) -> Any:
        self._shared.terms = {n: _terms(claims, n) for n in self._met if n in claims.due}
        self._shared.clock.now = lambda: now
        rate = claims.load.rate / 60
        return self._preferences.preference(self._shared, rate=rate, now=now.timestamp())

    def note(self, zones: list[Any], met: set[int], claims: Claims) -> None:
        new = {n: _terms(claims, n) for n in met - self._met}
        self._met |= met
        self._shared.terms |= new
        self._preferences.note(zones, self._shared)


def _terms(claims: Claims, n: int) -> MailingTerms:
    mailing = claims.load.mailings[n]
    return MailingTerms("", mailing.end_at, mailing.hours, False, True, left=claims.left[n])
