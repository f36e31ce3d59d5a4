"""Time that passes only while everyone waits: an event loop that sleeps for no one."""

import asyncio
import selectors
import time
from collections.abc import Coroutine
from typing import Any

import pytest

BEGINNING = 1_800_000_000.0  # seconds since the epoch


class Clock:
    """Seconds since the simulation began."""

    def __init__(self) -> None:
        self.now = 0.0

    def time(self) -> float:
        return BEGINNING + self.now


class _Selector(selectors.SelectSelector):
    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everyone waits for ever"
        self._clock.now += max(0.0, timeout)
        return []


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        super().__init__(_Selector(clock))

    def time(self) -> float:
        return self._clock.now


def run(clock: Clock, main: Coroutine[Any, Any, None]) -> None:
    """Run it by this clock, and everything that asks what time it is."""
    with pytest.MonkeyPatch.context() as patch, asyncio.Runner(loop_factory=lambda: _Loop(clock)) as runner:
        patch.setattr(time, "monotonic", lambda: clock.now)
        patch.setattr(time, "time", clock.time)
        patch.setattr(time, "clock_gettime", lambda _: clock.now)
        runner.run(main)
