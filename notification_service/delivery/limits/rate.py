"""Permits for a gateway with a limit of requests per second, reserved in the database. Pure.

A permit is a time at which one request may start. The database gives out each permit once, to one worker, a
little more than 1/limit apart. A worker starts a request within LATE_SECONDS of a permit, or lets it lapse.
So no one-second window has more than the limit: the distance makes up for this lateness, and for
TRAVEL_SECONDS of difference in the distance to the gateway.
"""

from collections import deque
from dataclasses import dataclass

LATE_SECONDS = 0.03
TRAVEL_SECONDS = 0.04
SPREAD = 1 + LATE_SECONDS + TRAVEL_SECONDS  # permits are this many times 1/limit apart
HORIZON_SECONDS = 0.3  # how far ahead permits are reserved


@dataclass(slots=True)
class Permits:
    """`count` permits from `first_at` (seconds since the epoch), `spacing` seconds apart."""

    first_at: float
    spacing: float
    count: int


class PermitPool:
    """What a worker has reserved. `promised` of them are for messages that it has claimed."""

    def __init__(self) -> None:
        self._reserved: deque[Permits] = deque()
        self.promised = 0

    def add(self, permits: Permits) -> None:
        if permits.count:
            self._reserved.append(permits)

    def left(self, *, now: float) -> int:
        """How many can still be used."""
        self._drop_lapsed(now)
        return sum(permits.count for permits in self._reserved)

    def free(self, *, now: float) -> int:
        """Return how many are left for unclaimed messages; below 0, claimed messages lack some."""
        return self.left(now=now) - self.promised

    def settle(self) -> None:
        """End a promise: the message takes its permit now, or never."""
        if self.promised:
            self.promised -= 1

    def take(self, *, now: float) -> float | None:
        """Return the next one: a request may start from then until LATE_SECONDS later. None: none is left."""
        self._drop_lapsed(now)
        if not self._reserved:
            return None
        permits = self._reserved[0]
        permit = permits.first_at
        self._advance(permits)
        return permit

    def _drop_lapsed(self, now: float) -> None:
        while self._reserved and self._reserved[0].first_at < now - LATE_SECONDS:
            self._advance(self._reserved[0])

    def _advance(self, permits: Permits) -> None:
        permits.first_at += permits.spacing
        permits.count -= 1
        if not permits.count:
            self._reserved.popleft()
