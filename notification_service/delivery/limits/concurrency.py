"""How many requests a worker may have under way at once. Pure: times come as arguments.

Fewer while the gateway slows down, so that requests end in responses and not in timeouts; all of them again
once it recovers. A gateway that is merely slow is not asked for less.

If the gateway has a `max_concurrency`, each worker has a quota of it. The database gives it out under a lock,
until a lease ends, so all quotas together never exceed the limit.
"""

from dataclasses import dataclass
from math import ceil

SLOW = 0.5  # of a request's time limit: responses that take longer on average are too slow
OVERLOADED = 0.2  # as a ratio: requests that ran out of time, or were told to come later
SHORTEST_SAMPLE_SECONDS = 0.1
# If fewer requests have only this part of the messages taken, with about the same ratio of overloads, they
# are useless: the overloads are the messages' own. It is tried again after a while.
USELESS_RATE, USELESS_SHARE = 0.75, 0.6
TOLERANT_SECONDS = 10.0
TRIAL_REQUESTS = 40  # fewer say little about a ratio: wait for so many
TRIAL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Sample:
    """What ended since the last sample."""

    limit: int
    requests: int
    latency: float  # of responses that show life, on average, if there are any
    overloaded: float  # as a ratio
    rate: float  # of responses that show life, a second


class AdaptiveConcurrency:
    def __init__(self, *, full: int, timeout_seconds: float) -> None:
        self.full = full
        self.limit = full
        self.latency_seconds: float | None = None  # of late, an average
        self.alive_seconds = 0.0  # the same, of responses that show life
        self._slow_seconds = SLOW * timeout_seconds
        self._sampled_at = self._lived_at = float("-inf")
        self._next_sample_at = 0.0
        self._is_starting = False
        self._lowered: Sample | None = None  # the sample after which it was lowered for overload
        self._tolerant_until = 0.0
        self._forget()

    def note(self, *, seconds: float, overloaded: bool, is_alive: bool = True) -> None:
        """Note that a request has ended after so long. `overloaded`: in a timeout, or told to come later.

        `is_alive`: a response shows that the gateway works.
        """
        self._requests += 1
        self._seconds += seconds
        if overloaded and seconds > self._slow_seconds:
            self._timeouts += 1
        else:
            self._overloads += overloaded
        if is_alive and not overloaded:
            self._alive += 1
            self._alive_seconds += seconds

    def start_low(self) -> None:
        """Begin with one request, and double while the gateway responds, as after a breaker was closed."""
        self.limit, self._is_starting, self._lowered = min(1, self.full), True, None

    def adjust(self, *, now: float, full: int) -> None:
        """Judge what was noted; call it often. `full`: what this worker may have at a healthy gateway now."""
        grew = full > self.full and self.limit == self.full
        self.full, self.limit = full, full if grew else min(self.limit, full)
        if not self._requests:
            self._sampled_at = now
        elif now >= self._next_sample_at and not (self._is_behind(now) or self._is_in_trial(now)):
            sample = self._take_sample(now)
            self.latency_seconds = sample.latency
            self.limit = min(self.full, max(1, self._judged(sample, now)))
            # A change shows in requests that start after it: wait for those.
            wait = 0.0 if self._is_starting else sample.latency
            self._next_sample_at = now + max(SHORTEST_SAMPLE_SECONDS, wait)
            self._forget()

    def _is_behind(self, now: float) -> bool:
        """Return whether all requests that ended ran out of time, while a moment ago others did not."""
        return self._timeouts == self._requests and now < self._lived_at + self._slow_seconds

    def _is_in_trial(self, now: float) -> bool:
        is_short = self._requests < TRIAL_REQUESTS and now < self._sampled_at + TRIAL_SECONDS
        is_trial = self._lowered is not None or self._overloads > OVERLOADED * self._requests
        return is_short and is_trial and not self._is_starting

    def _take_sample(self, now: float) -> Sample:
        seconds, self._sampled_at = now - self._sampled_at, now
        alive = None
        if self._alive:
            alive = self.alive_seconds = self._alive_seconds / self._alive
            self._lived_at = now
        latency = self._seconds / self._requests if alive is None else alive
        # Others get quick responses while these run out of time: no queue makes these wait.
        overloads = self._overloads + (self._timeouts if latency > self._slow_seconds / 2 else 0)
        return Sample(
            limit=self.limit,
            requests=self._requests,
            latency=latency,
            overloaded=overloads / self._requests,
            rate=self._alive / seconds,
        )

    def _judged(self, sample: Sample, now: float) -> int:
        self._is_starting &= sample.latency < self._slow_seconds or not sample.rate
        if self._is_starting:
            return self._started(sample)
        if sample.overloaded > OVERLOADED and now >= self._tolerant_until:
            return self._lower(sample, now)
        self._lowered = None
        if sample.latency > self._slow_seconds:
            # If latency does not fall with concurrency, our requests are not the queue: an eighth is kept.
            kept = min(self.limit, ceil(self.full / 8))
            return max(kept, int(self.limit * max(0.5, self._slow_seconds / sample.latency)))
        if not sample.rate:
            return self.limit  # quick, but without a sign of life
        return self.limit * 2 if sample.latency < self._slow_seconds / 2 else self.limit + 1

    def _started(self, sample: Sample) -> int:
        """Double while the gateway responds: so few requests say nothing about an overload."""
        limit = self.limit * 2 if sample.rate else self.limit
        self._is_starting = limit < self.full
        return limit

    def _lower(self, sample: Sample, now: float) -> int:
        """Halve, unless that was tried just now and only had fewer messages taken."""
        before = self._lowered = self._lowered or sample
        if _was_useless(before, sample):
            self._lowered, self._tolerant_until = None, now + TOLERANT_SECONDS
            return before.limit
        if self.limit > 1:
            return self.limit // 2
        self._lowered = None  # one at a time is too many, or that sample was an exception: try once more
        return before.limit

    def _forget(self) -> None:
        self._requests = self._overloads = self._timeouts = self._alive = 0
        self._seconds = self._alive_seconds = 0.0


def _was_useless(before: Sample, after: Sample) -> bool:
    is_as_bad = USELESS_SHARE * before.overloaded < after.overloaded < before.overloaded / USELESS_RATE
    is_enough = after.requests >= TRIAL_REQUESTS
    return is_enough and is_as_bad and after.rate < USELESS_RATE * before.rate


def concurrency_quota(*, limit: int, others: int, taken: int, under_way: int) -> int:
    """Return how many requests this worker may have under way.

    An equal part of `limit` for it and `others` workers, as far as they have not `taken` it; never fewer than
    are under way already, which were within its last quota.
    """
    equal = ceil(limit / (others + 1))
    return max(under_way, min(equal, limit - taken), 0)
