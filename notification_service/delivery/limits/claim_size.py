"""How many messages to claim at a time, from how fast they are sent."""

import time

from notification_service.delivery.config import DeliveryConfig

# A claim covers this much sending: pauses, cancels and other mailings' turns take effect within it.
SECONDS_AHEAD = 0.25
MEASURED_SECONDS = 0.05


class ClaimSizer:
    def __init__(self, config: DeliveryConfig) -> None:
        self._config = config
        self._rate = 0.0  # sends a second, an exponential average
        self._sent = 0
        self._since = time.monotonic()

    def note_response(self) -> None:
        self._sent += 1

    def size(self, *, under_way: int, concurrency: int) -> int:
        """How many messages to claim now, given how many are claimed and without an outcome.

        Every free connection has a message, and a quarter of a second of sending waits behind them;
        0 until at least half of that is wanted, so that claims stay few and large.
        """
        ahead = min(self._measure() * SECONDS_AHEAD, 2 * self._config.batch_size)
        wanted = int(ahead) + concurrency - under_way
        return min(wanted, self._config.batch_size) if wanted >= max(1, ahead / 2) else 0

    def _measure(self) -> float:
        now = time.monotonic()
        if now - self._since >= MEASURED_SECONDS:
            latest = self._sent / (now - self._since)
            self._rate = (self._rate + latest) / 2
            self._sent, self._since = 0, now
        return self._rate
