"""A worker's alarm clock: it sleeps until something is to be done, and then calls for it.

It knows the next moment from the rows, and PostgreSQL tells it of what is new. What it was not told of it
finds when it looks, every few seconds; where nothing can be told, twice a second. What neither beat nor
the broker calls for, it calls for itself: a worker needs neither. The tasks are harmless to run anywhere
and at once.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping

import structlog
from django.db import DatabaseError, connection

from notification_service.mailings.moments import next_moments
from notification_service.worker.listener import Listener

NOTE_SECONDS = 1.0
DEAF_SECONDS = 0.5  # between looks while nothing can be told
LOOK_SECONDS = 0.1  # between looks at least
AGAIN_SECONDS = 0.5  # between calls for what is due and stays so, such as messages for a gateway that is held
PATIENCE = 1.5  # intervals of beat without its call, after which the worker makes it
APART_SECONDS = 0.25  # between such calls, so that one thread and its connection are enough for them
RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class Alarm:
    """`intervals` are beat's, in seconds, by the call's name; `call` makes one and does not wait for it."""

    def __init__(
        self,
        intervals: Mapping[str, float],
        *,
        call: Callable[[str], None],
        note: Callable[[], None] = lambda: None,
        poll_seconds: float,
    ) -> None:
        self._intervals, self._make, self._note = intervals, call, note
        self._poll_seconds = poll_seconds
        now = time.monotonic() - AGAIN_SECONDS  # what is due already is called for at once
        self._called_at = {name: now - number * APART_SECONDS for number, name in enumerate(intervals)}
        self._due_at: dict[str, float] = {}  # as of the last look
        self._looked_at = self._noted_at = float("-inf")
        self._look_at = float("-inf")
        self._is_nudged = False
        self._ended = threading.Event()
        self._listener = Listener()
        self._thread = threading.Thread(target=self._run, name="alarm", daemon=True)

    def start(self) -> None:
        self._thread.start()

    @property
    def is_told(self) -> bool:
        """Whether PostgreSQL tells it what is new."""
        return self._listener.can_hear

    def stop(self, *, seconds: float) -> None:
        self._ended.set()
        self._listener.nudge()
        self._thread.join(seconds)

    def hear(self, name: str) -> None:
        """Somebody else makes the call."""
        if name in self._intervals:
            self._called_at[name] = time.monotonic()

    def look_again(self) -> None:
        """A call has ended, and left something for later."""
        self._is_nudged = True
        self._listener.nudge()

    def call(self, name: str) -> None:
        self._called_at[name] = time.monotonic()
        self._due_at.pop(name, None)
        self._make(name)

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._round()
            except DatabaseError:  # which the heartbeat says
                connection.close()
                self._look_at = float("-inf")
                self._ended.wait(RETRY_SECONDS)
            except Exception:
                log.exception("alarm broke off")  # ours to mend
                self._ended.wait(RETRY_SECONDS)
        connection.close()

    def _round(self) -> None:
        if time.monotonic() >= self._noted_at + NOTE_SECONDS:
            self._noted_at = time.monotonic()
            self._note()
        if time.monotonic() >= self._next_look:
            self._look()
        for name, at in list(self._times()):
            if time.monotonic() >= at:
                self.call(name)
        for name in self._listener.wait(self._next_event - time.monotonic()):
            if name in self._intervals:
                self.call(name)

    def _look(self) -> None:
        self._is_nudged = False  # before looking: what ends meanwhile is looked for again
        self._listener.open()
        moments = next_moments()
        self._looked_at = time.monotonic()  # after it: a call that came too early would find nothing
        self._due_at = {name: self._looked_at + seconds for name, seconds in moments.items()}
        self._look_at = self._looked_at + (self._poll_seconds if self._listener.can_hear else DEAF_SECONDS)

    def _times(self) -> Iterator[tuple[str, float]]:
        """When each call is to be made, by the rows or by beat's interval."""
        for name, interval in self._intervals.items():
            called_at = self._called_at[name]
            yield name, called_at + PATIENCE * interval
            if (due_at := self._due_at.get(name)) is not None:
                yield name, due_at if due_at > called_at else called_at + AGAIN_SECONDS

    @property
    def _next_look(self) -> float:
        return self._looked_at + LOOK_SECONDS if self._is_nudged else self._look_at

    @property
    def _next_event(self) -> float:
        return min(self._noted_at + NOTE_SECONDS, self._next_look, *(at for _, at in self._times()))
