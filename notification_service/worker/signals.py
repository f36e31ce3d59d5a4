"""What a worker and beat report about themselves, and when a worker gives up its connections."""

import logging
import os
import resource
import sys
import time
from contextlib import suppress
from typing import Any

import structlog
from celery import Celery, Task
from celery.signals import (
    after_task_publish,
    beat_init,
    task_postrun,
    task_prerun,
    worker_init,
    worker_shutdown,
    worker_shutting_down,
)
from django.conf import settings
from django.db import DatabaseError, connection, connections

from notification_service import sessions
from notification_service.database.session import Limits
from notification_service.delivery.database import lost_seconds
from notification_service.delivery.tasks import engine
from notification_service.mailings.heartbeats import forget_worker, record_heartbeat, worker_name
from notification_service.mailings.wake_up import SEND, notify, publish
from notification_service.observability import exposition, metrics
from notification_service.worker.alarm import Alarm
from notification_service.worker.calls import Calls, close_old_connections
from notification_service.worker.hearing import Hearing
from notification_service.worker.schema_check import wait_until_migrated

# Of a call's statements: they work in chunks of less than a second, and wait for locks for a lease at most.
STATEMENT_SECONDS = 60.0
OPEN_FILES = 65_536
EVENT_SECONDS = 30  # between events that say a worker lives

log = structlog.get_logger(__name__)


class Heartbeat:
    """Records in the database that this process is alive."""

    def __init__(self, name: str, hearing: Hearing) -> None:
        self._name, self._hearing = name, hearing
        self._is_noted = True

    def note(self) -> None:
        self._hearing.look()
        silent = self._hearing.silent_seconds
        metrics.silence_seconds.set(silent or 0.0)
        self._try(record_heartbeat, self._name, silent_seconds=silent, lost_seconds=lost_seconds())

    def end(self) -> None:
        """What it leaves, to be sent now or later, is for the others."""
        self._try(forget_worker, self._name)
        self._try(notify, SEND)

    def _try(self, call: Any, *arguments: Any, **fields: Any) -> None:
        try:
            call(*arguments, **fields)
            self._is_noted = True
        except DatabaseError as error:
            if self._is_noted:
                log.warning("heartbeat not noted", error=str(error).strip())
            self._is_noted = False
            connection.close()


@worker_init.connect
def bound_sessions(**_: Any) -> None:
    """Make the database release what this process holds soon after its machine is gone, and vice versa."""
    lease_seconds, name = settings.LEASE_SECONDS, "notification_service worker"
    database = connections.settings["default"]
    database["OPTIONS"] = sessions.client_side(database["OPTIONS"], lease_seconds=lease_seconds, name=name)
    session = sessions.settings(lease_seconds=lease_seconds)
    database["LIMITS"] = Limits(name, STATEMENT_SECONDS, session)


@worker_init.connect
def _wait(**_: Any) -> None:
    wait_until_migrated()


@worker_init.connect
def leave_other_workers_alone(sender: Any, **_: Any) -> None:
    """Celery waits a second at each start for other workers, and then listens to all their events.

    We need neither: no task is revoked, and the order of events does not matter. Each event tells Flower when
    to expect the next.
    """
    sender.options |= {"without_mingle": True, "without_gossip": True}
    sender.options["heartbeat_interval"] = sender.options.get("heartbeat_interval") or EVENT_SECONDS


@worker_init.connect
def allow_many_connections(**_: Any) -> None:
    """A shell allows 1,024. A few gateways that hang use them up, and the database is out of reach, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # macOS has a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@worker_init.connect
def _be_a_batch_process(**_: Any) -> None:
    """Keep a worker's threads from interrupting each other and everyone else whenever they have work.

    Thousands of responses a second would each cost a switch or two; this way several are read at once
    (decision 26). Threads that start later inherit it. If an administrator has set another policy, that
    stays.
    """
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER:
        try:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        except OSError as error:  # a sandbox may not support it
            log.info("no batch scheduling", error=str(error))


@worker_init.connect
def _start(sender: Any, **_: Any) -> None:
    """Runs before the broker is used: it may be away, or refuse us, for any length of time."""
    exposition.serve()
    app, intervals = sender.app, _intervals(sender.app)
    hearing = Hearing(
        queues={_queue_of(name, app) for name in intervals},
        listens_to=[queue.alias or queue.name for queue in app.amqp.queues.consume_from.values()],
        ask=lambda: publish(SEND),
        interval_seconds=settings.POLL_SECONDS,
    )
    heartbeat = Heartbeat(worker_name(), hearing)
    calls = Calls({name: app.tasks[name] for name in intervals}, after=lambda: alarm.look_again())
    alarm = Alarm(intervals, call=calls.make, note=heartbeat.note, poll_seconds=settings.POLL_SECONDS)
    _listen_to_broker(alarm, hearing)
    alarm.start()
    worker_shutting_down.connect(lambda **_: calls.end(), weak=False)
    worker_shutdown.connect(lambda **_: _end(alarm, calls, heartbeat), weak=False)


def _intervals(app: Celery) -> dict[str, float]:
    return {entry["task"]: entry["schedule"] for entry in app.conf.beat_schedule.values()}


def _queue_of(name: str, app: Celery) -> str:
    queue: str = app.conf.task_routes.get(name, {}).get("routing_key", app.conf.task_default_queue)
    return queue


def _listen_to_broker(alarm: Alarm, hearing: Hearing) -> None:
    def begin(task: "Task[Any, Any]", **_: Any) -> None:
        alarm.hear(task.name)
        hearing.hear()

    task_prerun.connect(begin, weak=False)
    task_postrun.connect(lambda **_: alarm.look_again(), weak=False)


def _end(alarm: Alarm, calls: Calls, heartbeat: Heartbeat) -> None:
    """Celery has waited for the calls on its own threads; what is held after a lease is another's."""
    until = time.monotonic() + settings.LEASE_SECONDS
    calls.stop(seconds_left=lambda: max(0.0, until - time.monotonic()))
    alarm.stop(seconds=settings.LEASE_SECONDS)
    held = engine().held
    log.log(logging.WARNING if held else logging.INFO, "worker stopped", messages_left=held)
    heartbeat.end()


@beat_init.connect
def _serve(**_: Any) -> None:
    exposition.serve()


task_prerun.connect(close_old_connections)
task_postrun.connect(close_old_connections)


@task_prerun.connect
def _count_call(task: Any = None, **_: Any) -> None:
    metrics.calls.labels(task.name, "broker").inc()


@after_task_publish.connect
def _count_published(sender: Any = None, **_: Any) -> None:
    metrics.calls_published.labels(str(sender)).inc()
