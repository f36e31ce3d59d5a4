"""Ctrl-C, SIGTERM and a closed terminal: the first asks for a clean stop, the second for a quick one."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# A signal to a whole process group arrives twice where `make` is in it, which hands it on.
ONE_REQUEST_SECONDS = 0.5


class StopRequests:
    def __init__(self) -> None:
        self.count = 0
        self._interrupts = False
        self._allowed = 1
        self._last_at = float("-inf")

    @property
    def is_impatient(self) -> bool:
        return self.count > self._allowed

    def install(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._receive)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """While parts are being started a request is an exception, since there is no loop to look at it."""
        self._interrupts = True
        try:
            yield
        finally:
            self._interrupts = False

    def begin_stop(self) -> None:
        """A stop that nobody asked for, after an error, is hurried by the first request."""
        self._allowed = min(self.count, 1)

    def _receive(self, *_signal: object) -> None:
        now = time.monotonic()
        if now - self._last_at < ONE_REQUEST_SECONDS:
            return
        self._last_at = now
        self.count += 1
        if self._interrupts:
            raise KeyboardInterrupt
