"""A worker's own beat: it calls beat's tasks itself while neither beat nor the broker is heard.

A broker that is away, a beat that died, a consumer that lost its connection without noticing or a queue
that a worker does not listen to delays the work by seconds; it never stops it. The tasks are harmless
to run anywhere and at once.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import task_prerun
from django.conf import settings
from django.db import connections

from notification_service.observability import metrics

SILENCE_SECONDS = 3.0
SHARED_SILENCE_SECONDS = 10.0  # of a queue that workers share: the others may have taken its calls
BEAT_SECONDS = 1.0

log = structlog.get_logger(__name__)


class FallbackBeat:
    """`calls` are those of beat, by the queue that brings them; each queue may fall silent by itself."""

    def __init__(
        self, calls: "Mapping[str, Sequence[Task[Any, Any]]]", *, listens_to: Collection[str]
    ) -> None:
        self._calls = calls
        self._listens_to = listens_to
        self._queues = {task.name: queue for queue, tasks in calls.items() for task in tasks}
        self._running: dict[str, threading.Thread] = {}
        self._heard_at = dict.fromkeys(calls, time.monotonic())
        self._silent: list[str] = []
        self.has_heard = False
        self._ended = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="fallback-beat", daemon=True)

    def start(self) -> None:
        for queue in sorted(self._calls.keys() - set(self._listens_to)):
            log.error("worker does not listen to a queue: it calls itself", queue=queue)
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
        """For how long the queue that is silent the longest has been; 0 where none is."""
        return max((time.monotonic() - self._heard_at[queue] for queue in self._silent), default=0.0)

    def call_all(self, queues: Iterable[str]) -> None:
        """Make each call of these queues once, on a thread of its own."""
        for task in chain.from_iterable(self._calls[queue] for queue in queues):
            # One that still runs (sending may take hours) must not delay the others.
            running = self._running.get(task.name)
            if running is None or not running.is_alive():
                name = f"fallback beat {task.name}"
                thread = threading.Thread(target=_call, args=(task,), name=name, daemon=True)
                self._running[task.name] = thread
                thread.start()

    def _hear(self, task: "Task[Any, Any]", **_: Any) -> None:
        if queue := self._queues.get(task.name):
            self._heard_at[queue] = time.monotonic()
            self.has_heard = True

    def _watch(self) -> None:
        while not self._ended.wait(BEAT_SECONDS):
            self._note(self._silent_queues())
            self.call_all(self._silent)

    def _silent_queues(self) -> list[str]:
        now = time.monotonic()
        silences = {queue: now - at for queue, at in self._heard_at.items()}
        silent = {queue for queue, silence in silences.items() if silence > self._allowance(queue)}
        if settings.ALL_WORKERS.name in silent:  # the broker, or beat, rather than the other workers
            silent |= {queue for queue, silence in silences.items() if silence > SILENCE_SECONDS}
        return sorted(silent)

    def _allowance(self, queue: str) -> float:
        is_shared = queue in self._listens_to and queue != settings.ALL_WORKERS.name
        return SHARED_SILENCE_SECONDS if is_shared else SILENCE_SECONDS

    def _note(self, silent: list[str]) -> None:
        if silent and silent != self._silent:
            log.warning("on our own pulse: broker or beat is silent", queues=silent)
        elif self._silent and not silent:
            log.warning("broker and beat heard")
        self._silent = silent


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


def _calls_of_beat(app: Celery) -> "dict[str, list[Task[Any, Any]]]":
    calls: dict[str, list[Task[Any, Any]]] = defaultdict(list)
    for name in sorted({entry["task"] for entry in app.conf.beat_schedule.values()}):
        route = app.conf.task_routes.get(name, {})
        calls[route.get("routing_key", app.conf.task_default_queue)].append(app.tasks[name])
    return calls


def start(app: Celery) -> None:
    queues: list[Any] = [*app.amqp.queues.consume_from.values()]
    listens_to = [queue.alias or queue.name for queue in queues]
    _beats.append(FallbackBeat(_calls_of_beat(app), listens_to=listens_to))
    _beats[-1].start()


def stop(*, seconds: float) -> None:
    for beat in _beats:
        beat.stop(seconds=seconds)
