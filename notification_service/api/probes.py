"""Questions that may hang: asked on a thread of their own, and waited for only so long."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

from django.db import connection

Answer = TypeVar("Answer")


class Probe(Generic[Answer]):
    """Asks at most once at a time; an answer, or an error, is good for `fresh_seconds`."""

    def __init__(self, ask: Callable[[], Answer], *, fresh_seconds: float) -> None:
        self._ask = ask
        self._fresh_seconds = fresh_seconds
        self._lock = threading.Lock()
        self._asked: Future[Answer] | None = None
        self._answered_at = 0.0

    def begin(self) -> "Future[Answer]":
        """The present answer, or one that is under way."""
        with self._lock:
            if self._asked is None or self._is_stale(self._asked):
                self._asked = Future()
                threading.Thread(target=self._run, args=(self._asked,), name="probe", daemon=True).start()
            return self._asked

    def answer(self, *, seconds: float) -> Answer:
        """Raises TimeoutError where there is none within that time, and whatever asking raised."""
        return self.begin().result(timeout=seconds)

    def forget(self) -> None:
        """Ask anew the next time."""
        with self._lock:
            self._asked = None

    def _is_stale(self, asked: "Future[Answer]") -> bool:
        return asked.done() and time.monotonic() - self._answered_at > self._fresh_seconds

    def _run(self, asked: "Future[Answer]") -> None:
        try:
            answer = self._ask()
        except Exception as error:  # noqa: BLE001 (whoever waits for the answer gets it)
            self._answered_at = time.monotonic()
            asked.set_exception(error)
        else:
            self._answered_at = time.monotonic()
            asked.set_result(answer)
        finally:
            connection.close()
