"""The calls that a worker makes by itself, on threads of its own: Celery's are for what the broker brings."""

import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Protocol, TypeAlias

import structlog
from django.db import connections

from notification_service.observability import metrics

# More than all calls that may take long at once: the others never wait for them.
MOST_THREADS = 12
IDLE_SECONDS = 60.0  # after which a thread ends, and its connection with it

Inbox: TypeAlias = "SimpleQueue[str | None]"  # of one thread: what it calls next; None: its end

log = structlog.get_logger(__name__)


class Task(Protocol):
    def run(self) -> Any: ...


class Calls:
    """`after` is told of each call that has ended, on its thread."""

    def __init__(
        self,
        tasks: Mapping[str, Task],
        *,
        after: Callable[[], None] = lambda: None,
        idle_seconds: float = IDLE_SECONDS,
    ) -> None:
        self._tasks, self._after, self._idle_seconds = tasks, after, idle_seconds
        self._threads: dict[Inbox, threading.Thread] = {}
        self._free: list[Inbox] = []  # the last to be free is the first to be used: the others end
        self._waiting: deque[str] = deque()
        self._is_ended = False
        self._lock = threading.Lock()

    def make(self, name: str) -> None:
        """Have the call made at once; where it has to wait for a thread, once."""
        with self._lock:
            if self._is_ended or name in self._waiting:
                return
            if self._free:
                self._free.pop().put(name)
            elif len(self._threads) < MOST_THREADS:
                self._start_thread(name)
            else:
                self._waiting.append(name)

    def end(self) -> None:
        """Make no more. Takes no lock, because whoever the signal interrupted may hold it."""
        self._is_ended = True

    def stop(self, *, seconds_left: Callable[[], float]) -> None:
        """Make no more, and wait while there is time for those under way: one of them may be sending."""
        self.end()
        with self._lock:
            threads = list(self._threads.values())
            for inbox in self._free:
                inbox.put(None)
        for thread in threads:
            thread.join(seconds_left())

    def _start_thread(self, name: str) -> None:
        inbox: Inbox = SimpleQueue()
        inbox.put(name)
        self._threads[inbox] = threading.Thread(target=self._work, args=(inbox,), name="call", daemon=True)
        self._threads[inbox].start()

    def _work(self, inbox: Inbox) -> None:
        while (name := self._next(inbox)) is not None:
            self._call(name)
            self._set_free(inbox)
        connections.close_all()  # they are the thread's own, and would outlive it

    def _next(self, inbox: Inbox) -> str | None:
        """None: there was nothing to do for so long that the thread is to end."""
        with suppress(Empty):
            return inbox.get(timeout=self._idle_seconds)
        with self._lock:
            if inbox not in self._free:  # somebody has just put something there
                return inbox.get()
            self._free.remove(inbox)
            del self._threads[inbox]
            return None

    def _set_free(self, inbox: Inbox) -> None:
        with self._lock:
            if self._is_ended:
                inbox.put(None)
            elif self._waiting:
                inbox.put(self._waiting.popleft())
            else:
                self._free.append(inbox)

    def _call(self, name: str) -> None:
        metrics.calls.labels(name, "alarm").inc()
        close_old_connections()
        try:
            self._tasks[name].run()
        except Exception:
            log.exception("task failed", task=name)
        close_old_connections()
        self._after()


def close_old_connections(**_: Any) -> None:
    """As Django does between requests, but for one on which a call has failed.

    Django keeps it where it still answers; in a session that may only read, all calls would fail.
    """
    for kept in connections.all(initialized_only=True):
        if kept.errors_occurred:
            kept.close()
        kept.close_if_unusable_or_obsolete()
