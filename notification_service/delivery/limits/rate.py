"""Start times for requests to a gateway with a limit per second, reserved in the database. Pure.

The database hands out each moment once, over all workers, at a little more than 1/limit apart. A worker
starts a request within LATE_SECONDS of a moment, or lets it lapse, so that no one-second window holds
more than the limit: the distance covers the lateness here, and TRAVEL_SECONDS of unequal ways to the gateway.
"""

from collections import deque
from dataclasses import dataclass

LATE_SECONDS = 0.03
TRAVEL_SECONDS = 0.04
SPREAD = 1 + LATE_SECONDS + TRAVEL_SECONDS  # moments are this many times 1/limit apart
HORIZON_SECONDS = 0.3  # how far ahead moments are reserved


@dataclass(slots=True)
class Reserved:
    """`count` moments from `first_at` (seconds since the epoch), `spacing` seconds apart."""

    first_at: float
    spacing: float
    count: int


class Permits:
    def __init__(self) -> None:
        self._reserved: deque[Reserved] = deque()

    def add(self, reserved: Reserved) -> None:
        if reserved.count:
            self._reserved.append(reserved)

    def left(self, *, now: float) -> int:
        """How many moments can still be used."""
        self._drop_lapsed(now)
        return sum(reserved.count for reserved in self._reserved)

    def take(self, *, now: float) -> float | None:
        """The next moment, to start a request from then until LATE_SECONDS later; None: none is left."""
        self._drop_lapsed(now)
        if not self._reserved:
            return None
        reserved = self._reserved[0]
        moment = reserved.first_at
        self._advance(reserved)
        return moment

    def _drop_lapsed(self, now: float) -> None:
        while self._reserved and self._reserved[0].first_at < now - LATE_SECONDS:
            self._advance(self._reserved[0])

    def _advance(self, reserved: Reserved) -> None:
        reserved.first_at += reserved.spacing
        reserved.count -= 1
        if not reserved.count:
            self._reserved.popleft()
