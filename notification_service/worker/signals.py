"""What a worker and beat say of themselves while they run, and when a worker lets its connections go."""

import logging
import os
import resource
import sys
import threading
from contextlib import suppress
from typing import Any

import structlog
from celery.signals import (
    after_task_publish,
    beat_init,
    task_postrun,
    task_prerun,
    worker_init,
    worker_shutdown,
)
from django.conf import settings
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from notification_service import sessions
from notification_service.delivery.database import lost_seconds
from notification_service.delivery.tasks import engine
from notification_service.mailings.heartbeats import forget_worker, record_heartbeat, worker_name
from notification_service.observability import exposition, metrics
from notification_service.worker import fallback_beat
from notification_service.worker.schema_check import wait_until_migrated

NOTE_SECONDS = 1.0
OPEN_FILES = 65_536

log = structlog.get_logger(__name__)


class Heartbeat:
    """Notes every second in the database that this process lives."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._ended = threading.Event()
        self._is_noted = True

    def start(self) -> None:
        threading.Thread(target=self._run, name="heartbeat", daemon=True).start()

    def end(self) -> None:
        self._ended.set()
        self._try(forget_worker, self._name)

    def _run(self) -> None:
        while not self._ended.wait(NOTE_SECONDS):
            silent = fallback_beat.silent_seconds()
            metrics.silence_seconds.set(silent or 0.0)
            lost = lost_seconds()
            self._try(record_heartbeat, self._name, silent_seconds=silent, lost_seconds=lost)

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
    """Have what this process holds in the database let go soon after its machine is gone."""
    lease_seconds = settings.LEASE_SECONDS
    database = connections.settings["default"]
    database["OPTIONS"] = sessions.client_side(
        database["OPTIONS"], lease_seconds=lease_seconds, name="notification_service worker"
    )
    session = sessions.server_side(lease_seconds=lease_seconds)

    def begin(connection: BaseDatabaseWrapper, **_: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sessions.BEGIN, session)

    connection_created.connect(begin, weak=False)


@worker_init.connect
def _wait(**_: Any) -> None:
    wait_until_migrated()


@worker_init.connect
def leave_other_workers_alone(sender: Any, **_: Any) -> None:
    """Celery waits a second at each start for what other workers say, and then hears all their events.

    Nothing here is of use to us: no task is revoked, and no order of events matters.
    """
    sender.options |= {"without_mingle": True, "without_gossip": True}


@worker_init.connect
def allow_many_connections(**_: Any) -> None:
    """A shell allows 1,024: a few gateways that hang take as many, and the database is out of reach, too."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # macOS has a limit of its own
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


@worker_init.connect
def _be_a_batch_process(**_: Any) -> None:
    """Let no thread of a worker interrupt another, or anyone, the moment it has something to do.

    Thousands of answers a second would each cost a switch or two; this way several are read at once
    (decision 26). The threads that start later inherit it; where Linux is told otherwise, that holds.
    """
    if sys.platform == "linux" and os.sched_getscheduler(0) == os.SCHED_OTHER:
        try:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))
        except OSError as error:  # a sandbox may not know it
            log.info("no batch scheduling", error=str(error))


@worker_init.connect
def _start(sender: Any, **_: Any) -> None:
    """Before the broker is asked for anything: it may be away, or refuse us, for as long as it likes."""
    exposition.serve()
    fallback_beat.start(sender.app)
    heartbeat = Heartbeat(worker_name())
    heartbeat.start()
    worker_shutdown.connect(lambda **_: _end(heartbeat), weak=False)


def _end(heartbeat: Heartbeat) -> None:
    """Celery has waited for the calls on its own threads; what is held after a lease is another's."""
    fallback_beat.stop(seconds=settings.LEASE_SECONDS)
    held = engine().held
    log.log(logging.WARNING if held else logging.INFO, "worker stopped", messages_left=held)
    heartbeat.end()


@beat_init.connect
def _serve(**_: Any) -> None:
    exposition.serve()


@task_prerun.connect
@task_postrun.connect
def _close_old_connections(**_: Any) -> None:
    """As Django does between requests, but for one on which a call has failed.

    Django keeps it where it still answers; in a session that may only read, all calls would fail.
    """
    for kept in connections.all(initialized_only=True):
        if kept.errors_occurred:
            kept.close()
        kept.close_if_unusable_or_obsolete()


@task_prerun.connect
def _count_call(task: Any = None, **_: Any) -> None:
    metrics.calls.labels(task.name, "broker").inc()


@after_task_publish.connect
def _count_published(sender: Any = None, **_: Any) -> None:
    metrics.calls_published.labels(str(sender)).inc()
