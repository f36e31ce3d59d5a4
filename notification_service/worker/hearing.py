"""Whether a worker hears from the broker. Work goes on without it, but somebody should know."""

import time
from collections.abc import Callable, Collection

import structlog

FIRST_SECONDS = 1.0  # between questions before anything was heard
ASKED_AFTER, SILENT_AFTER = 1.5, 3.0  # intervals of beat

log = structlog.get_logger(__name__)


class Hearing:
    """Where no call comes for longer than beat's interval, `ask` has the broker bring one.

    `queues` are those that bring calls: who does not listen to one of them never hears all.
    """

    def __init__(
        self,
        *,
        queues: Collection[str],
        listens_to: Collection[str],
        ask: Callable[[], None],
        interval_seconds: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._missing = sorted(set(queues) - set(listens_to))
        self._ask, self._interval_seconds = ask, interval_seconds
        self._started_at = self._heard_at = clock()
        self._asked_at = float("-inf")
        self._is_silent = False
        self.has_heard = False
        for queue in self._missing:
            log.error("worker does not listen to a queue: it calls itself", queue=queue)

    def hear(self) -> None:
        self._heard_at = self._clock()
        self.has_heard = True

    @property
    def silent_seconds(self) -> float | None:
        """0: we hear; None: nothing was heard yet."""
        if not self.has_heard:
            return None
        return self._silence if self._is_silent else 0.0

    def look(self) -> None:
        """Ask for a word, notice a silence, and its end."""
        now = self._clock()
        patience = ASKED_AFTER * self._interval_seconds if self.has_heard else FIRST_SECONDS
        if now >= self._asked_at + patience and (now >= self._heard_at + patience or not self.has_heard):
            self._asked_at = now
            self._ask()
        was_silent, self._is_silent = self._is_silent, self._silence > SILENT_AFTER * self._interval_seconds
        if self._is_silent and not was_silent:
            log.warning("broker not heard")
        elif was_silent and not self._is_silent:
            log.warning("broker heard")

    @property
    def _silence(self) -> float:
        return self._clock() - (self._started_at if self._missing else self._heard_at)
