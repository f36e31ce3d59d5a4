"""A worker's own beat: it calls beat's tasks itself while neither beat nor the broker is heard.

A broker that is away, a beat that died or a consumer that lost its connection without noticing delays
the work by seconds; it never stops it. The tasks are harmless to run anywhere and at once.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import task_prerun
from django.db import connections

from notification_service.observability import metrics

SILENCE_SECONDS = 3.0
BEAT_SECONDS = 1.0

log = structlog.get_logger(__name__)


class FallbackBeat:
    def __init__(self, tasks: "Sequence[Task[Any, Any]]") -> None:
        self._tasks = tasks
        self._running: dict[str, threading.Thread] = {}
        self._heard_at = time.monotonic()
        self.has_heard = False
        self._is_silent = False
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="fallback-beat", daemon=True)

    def start(self) -> None:
        task_prerun.connect(self._hear)
        self._watcher.start()

    def stop(self, *, seconds: float) -> None:
        """Call no more, and wait for the calls under way: one of them may be sending."""
        until = time.monotonic() + seconds
        self._ended.set()
        for thread in (self._watcher, *self._running.values()):
            thread.join(max(0.0, until - time.monotonic()))

    @property
    def silent_seconds(self) -> float:
        return time.monotonic() - self._heard_at

    def _hear(self, **_: Any) -> None:
        self._heard_at = time.monotonic()
        self.has_heard = True

    def _watch(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            self._note(silent=self.silent_seconds > SILENCE_SECONDS)
            if self._is_silent:
                self.call_all()

    def _note(self, *, silent: bool) -> None:
        if silent != self._is_silent:
            log.warning("on our own pulse: broker or beat is silent" if silent else "broker and beat heard")
        self._is_silent = silent

    def call_all(self) -> None:
        """Call each task once, on a thread of its own."""
        for task in self._tasks:
            # One that still runs (sending may take hours) must not delay the others.
            running = self._running.get(task.name)
            if running is None or not running.is_alive():
                name = f"fallback beat {task.name}"
                thread = threading.Thread(target=_call, args=(task,), name=name, daemon=True)
                self._running[task.name] = thread
                thread.start()


def _call(task: "Task[Any, Any]") -> None:
    try:
        metrics.calls.labels(task.name, "pulse").inc()
        task.run()
    except Exception:
        log.exception("task failed on our own pulse", task=task.name)
    finally:
        connections.close_all()  # they are the thread's own, and would outlive it


def silent_seconds() -> float | None:
    """How long this process's worker has heard nothing from broker or beat; None: nothing at all yet."""
    return _beats[-1].silent_seconds if _beats and _beats[-1].has_heard else None


_beats: list[FallbackBeat] = []


def _tasks_of_beat(app: Celery) -> "list[Task[Any, Any]]":
    names = {entry["task"] for entry in app.conf.beat_schedule.values()}
    return [app.tasks[name] for name in sorted(names)]


def start(app: Celery) -> None:
    _beats.append(FallbackBeat(_tasks_of_beat(app)))
    _beats[-1].start()


def stop(*, seconds: float) -> None:
    for beat in _beats:
        beat.stop(seconds=seconds)
