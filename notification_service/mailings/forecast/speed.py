"""How many requests a second a gateway and the workers make possible, and what the limit is. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

# Requests to a gateway with a limit per second are so many times 1/limit apart (`delivery/limits/rate.py`).
PERMITS_APART = 1.07
# What is taken for true of a gateway or a worker that nobody has measured yet.
ASSUMED_LATENCY_SECONDS = 0.1
ASSUMED_WORKER_PER_SECOND = 5_000.0
# A latency varies from moment to moment. It counts beside what workers did only where it allows half as much.
MUCH_LESS = 0.5
# A worker measures a little more or less than it does. So near to what a gateway allows, it is that.
AS_MUCH = 0.97


class Limit(StrEnum):
    GATEWAY_RATE = "gateway_rate"  # its limit of requests per second
    GATEWAY_LATENCY = "gateway_latency"  # how long it takes, and how many requests may be under way
    HOURS = "hours"  # windows, days, holidays, contact hours
    SPREAD = "spread"
    WORKERS = "workers"  # they can do no more, or none is there


@dataclass(frozen=True, slots=True)
class Speed:
    gateway: str  # its name
    workers: int
    concurrency: int  # requests under way at once, of all workers
    max_per_second: float | None = None  # the gateway's limit
    latency_seconds: float | None = None  # measured
    worker_per_second: float | None = None  # measured: what a worker did when more was due than it could do
    is_busy: bool = False  # then its processor was the limit, not the gateway

    @property
    def per_second(self) -> float:
        return min(rate for rate, _ in self._limits())

    @property
    def limit(self) -> Limit:
        return min(self._limits(), key=lambda each: each[0])[1]

    @property
    def shown_per_second(self) -> float:
        """What a person calls it: the limit as it is set, not what is left of it."""
        return self.as_shown(self.per_second)

    def as_shown(self, per_second: float) -> float:
        return per_second * PERMITS_APART if self.limit is Limit.GATEWAY_RATE else per_second

    def _limits(self) -> Iterator[tuple[float, Limit]]:
        by_latency = self.concurrency / (self.latency_seconds or ASSUMED_LATENCY_SECONDS)
        by_workers = self.workers * (self.worker_per_second or ASSUMED_WORKER_PER_SECOND)
        if self.max_per_second is not None:
            yield self.max_per_second / PERMITS_APART, Limit.GATEWAY_RATE
        if self.worker_per_second is None or self.is_busy or not self.workers:
            yield by_workers, Limit.WORKERS
        elif by_latency >= MUCH_LESS * by_workers:
            yield self._measured(by_workers), self._of_gateway(by_latency)
            return
        yield by_latency, Limit.GATEWAY_LATENCY

    def _measured(self, by_workers: float) -> float:
        allowed = (self.max_per_second or 0) / PERMITS_APART
        return max(by_workers, allowed) if by_workers >= AS_MUCH * allowed else by_workers

    def _of_gateway(self, by_latency: float) -> Limit:
        """Which of its two limits it was that made workers wait."""
        is_rate = self.max_per_second is not None and self.max_per_second / PERMITS_APART <= by_latency
        return Limit.GATEWAY_RATE if is_rate else Limit.GATEWAY_LATENCY
