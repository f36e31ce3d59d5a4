"""What the engine counts while it sends: plain numbers, handed on once a round of recording."""

from bisect import bisect_left
from collections import Counter

from notification_service.delivery.messages import Recordable
from notification_service.observability import metrics

BOUNDS = metrics.SEND_SECONDS


class Meters:
    """Of one gateway, in one process."""

    def __init__(self, gateway: str) -> None:
        self.gateway = gateway
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def answered(self, seconds: float) -> None:
        """A request ended after so long. Costs 0.2 us."""
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def claimed(self, messages: int, seconds: float) -> None:
        metrics.claimed.inc(messages)
        metrics.claim_seconds.observe(seconds)
        metrics.under_way.inc(messages)

    def recorded(self, outcomes: Recordable, seconds: float) -> None:
        """Count what is written, and hand on the latencies since the last time."""
        metrics.recorded.inc(len(outcomes))
        metrics.record_seconds.observe(seconds)
        metrics.under_way.dec(len(outcomes))
        self._count_attempts(outcomes)
        histogram = metrics.gateway_seconds.labels(self.gateway)
        histogram.observe_many(self._buckets, total=self._seconds)
        self._buckets, self._seconds = [0] * (len(BOUNDS) + 1), 0.0

    def _count_attempts(self, outcomes: Recordable) -> None:
        if outcomes.sent:
            metrics.attempts.labels(self.gateway, "sent", "").inc(len(outcomes.sent))
        unsent = Counter((one.attempt_outcome, one.error or "") for one in outcomes.unsent)
        for (outcome, reason), messages in unsent.items():
            if outcome is None:
                metrics.put_back.inc(messages)
            else:
                reason = metrics.reasons.label(reason)
                metrics.attempts.labels(self.gateway, outcome, reason).inc(messages)
