"""How many messages to claim at a time, from how fast they are sent."""

import time

from notification_service.delivery.config import DeliveryConfig

# A claim lasts for so much sending. Pauses, cancels and other mailings' turns take effect within it.
SECONDS_AHEAD = 0.25
MEASURED_SECONDS = 0.05


class ClaimSizer:
    def __init__(self, config: DeliveryConfig) -> None:
        self._config = config
        self._rate = 0.0  # sends a second, an exponential average
        self._latency = 0.0  # of the responses that were measured last; 0 where none came
        self._sent, self._seconds = 0, 0.0  # responses since, and how long they took
        self._since = time.monotonic()

    def note_response(self, seconds: float) -> None:
        self._sent += 1
        self._seconds += seconds

    def size(self, *, under_way: int, concurrency: int) -> int:
        """Return how many messages to claim now, given how many are claimed and have no outcome.

        Enough for every free connection, and for a quarter of a second of sending after that. 0 until at
        least half of that is wanted, so that claims are few and large.
        """
        rate = self._measure()
        if under_way < concurrency:  # connections wait for a claim: they could send more than they did
            rate = max(rate, self.possible_rate(concurrency))
        ahead = min(rate * SECONDS_AHEAD, 2 * self._config.batch_size)
        wanted = int(ahead) + concurrency - under_way
        return min(wanted, self._config.batch_size) if wanted >= max(1, ahead / 2) else 0

    def _measure(self) -> float:
        now = time.monotonic()
        if now - self._since >= MEASURED_SECONDS:
            latest = self._sent / (now - self._since)
            self._rate = (self._rate + latest) / 2
            self._latency = self._seconds / self._sent if self._sent else 0.0
            self._sent, self._seconds, self._since = 0, 0.0, now
        return self._rate

    def possible_rate(self, concurrency: int) -> float:
        """Of connections that are all busy, by how long each of their requests takes."""
        latency = self._seconds / self._sent if self._sent else self._latency
        return concurrency / latency if latency else 0.0
