"""Questions that may hang: asked on their own thread, with a limit on the wait."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connection

Result = TypeVar("Result")


class Probe(Generic[Result]):
    """Asks at most once at a time. A result, or an error, is used again for `fresh_seconds`."""

    def __init__(self, ask: Callable[[], Result], *, fresh_seconds: float) -> None:
        self._ask = ask
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._asked: Future[Result] | None = None
        self._done_at = 0.0

    def begin(self) -> "Future[Result]":
        """Return the present result, or one that is under way."""
        with self._lock:
            if self._asked is None or self._is_stale(self._asked):
                self._asked = Future()
                threading.Thread(target=self._run, args=(self._asked,), name="probe", daemon=True).start()
            return self._asked

    def result(self, *, seconds: float) -> Result:
        """Raises TimeoutError if there is none in that time, and whatever asking raised."""
        return self.begin().result(timeout=seconds)

    def forget(self) -> None:
        """Ask again the next time."""
        with self._lock:
            self._asked = None

    def _is_stale(self, asked: "Future[Result]") -> bool:
        return asked.done() and time.monotonic() - self._done_at > self._fresh_seconds

    def _run(self, asked: "Future[Result]") -> None:
        try:
            result = self._ask()
        except Exception as error:  # noqa: BLE001 (whoever waits for the result gets it)
            self._done_at = time.monotonic()
            asked.set_exception(error)
        else:
            self._done_at = time.monotonic()
            asked.set_result(result)
        finally:
            connection.close()
