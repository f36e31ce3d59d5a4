"""Ctrl-C, SIGTERM and a closed terminal: the first asks for a clean stop, the second for a quick one."""

import os
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

# If `make` is in the process group, it passes the group's signal on, which then arrives twice.
ONE_REQUEST_SECONDS = 0.5


class StopRequests:
    def __init__(self) -> None:
        self.count = 0
        self._interrupts = False
        self._allowed = 1
        self._last_at = float("-inf")
        self._signals, self._signalled = os.pipe()
        for end in (self._signals, self._signalled):
            os.set_blocking(end, False)

    @property
    def is_impatient(self) -> bool:
        return self.count > self._allowed

    def install(self) -> None:
        for number in SIGNALS:
            signal.signal(number, self._receive)
        signal.signal(signal.SIGCHLD, _wake_up)
        signal.set_wakeup_fd(self._signalled, warn_on_full_buffer=False)

    def sleep(self, seconds: float) -> None:
        """Until a signal comes, of a stop or of a child that has ended, or so many seconds are over."""
        if select.select([self._signals], [], [], max(0.0, seconds))[0]:
            os.read(self._signals, 4096)

    @contextmanager
    def interrupting(self) -> Iterator[None]:
        """While parts are being started, a request raises an exception, as no loop looks at it yet."""
        self._interrupts = True
        try:
            yield
        finally:
            self._interrupts = False

    def begin_stop(self) -> None:
        """Begin a stop after an error, without a request: the first request then makes it a quick one."""
        self._allowed = min(self.count, 1)

    def _receive(self, *_signal: object) -> None:
        now = time.monotonic()
        if now - self._last_at < ONE_REQUEST_SECONDS:
            return
        self._last_at = now
        self.count += 1
        if self._interrupts:
            raise KeyboardInterrupt


def _wake_up(*_signal: object) -> None:
    """What is ignored wakes nobody."""
