"""How many requests a worker may have under way at once. Pure: times come as arguments.

Fewer while the gateway slows down, so that requests end in responses and not in timeouts; all of them
again once it recovers. A gateway whose responses merely take their time is left alone.

Where the gateway has a `max_concurrency`, each worker has a quota of it. The database hands it out under
a lock, until a lease ends; so the quotas of all never exceed the limit.
"""

from math import ceil

SLOW = 0.5  # of a request's time limit: responses that take longer on average are too slow
OVERLOADED = 0.2  # of requests that ran out of time, or were told to come later
SHORTEST_LOOK_SECONDS = 0.1


class AdaptiveConcurrency:
    def __init__(self, *, full: int, timeout_seconds: float) -> None:
        self.full = full
        self.limit = full
        self.latency_seconds: float | None = None  # of late, an average
        self._slow_seconds = SLOW * timeout_seconds
        self._next_look_at = 0.0
        self._forget()

    def note(self, *, seconds: float, overloaded: bool) -> None:
        """Note that a request has ended after so long; overloaded: in a timeout, or told to come later."""
        self._requests += 1
        self._seconds += seconds
        self._overloads += overloaded

    def start_low(self) -> None:
        """Begin with a single request, as after a breaker was closed: no thundering herd."""
        self.limit = min(1, self.full)

    def adjust(self, *, now: float, full: int) -> None:
        """Judge what was noted; called often. `full`: what this worker may have at a healthy gateway now."""
        grew = full > self.full and self.limit == self.full
        self.full, self.limit = full, full if grew else min(self.limit, full)
        if self._requests and now >= self._next_look_at:
            self.latency_seconds = self._seconds / self._requests
            self.limit = self._judged(self.latency_seconds, self._overloads / self._requests)
            # A change shows in requests that start after it: wait for those.
            self._next_look_at = now + max(SHORTEST_LOOK_SECONDS, self.latency_seconds)
            self._forget()

    def _judged(self, latency: float, overloaded: float) -> int:
        if overloaded > OVERLOADED:
            limit = self.limit // 2
        elif latency > self._slow_seconds:
            # Latency that does not fall with concurrency is no queue of ours: an eighth is kept.
            kept = min(self.limit, ceil(self.full / 8))
            limit = max(kept, int(self.limit * max(0.5, self._slow_seconds / latency)))
        elif latency < self._slow_seconds / 2:
            limit = ceil(self.limit * 1.5)
        else:
            limit = self.limit + 1
        return min(self.full, max(1, limit))

    def _forget(self) -> None:
        self._requests = self._overloads = 0
        self._seconds = 0.0


def concurrency_quota(*, limit: int, others: int, taken: int, under_way: int) -> int:
    """How many requests this worker may have under way.

    An equal part of `limit` among it and `others` workers, as far as they have not `taken` it yet; never
    fewer than are under way already, which were within its last quota.
    """
    equal = ceil(limit / (others + 1))
    return max(under_way, min(equal, limit - taken), 0)
