"""Calls to the workers that something may be due. Any of them may be lost: workers look by themselves.

PostgreSQL tells them at the commit, and the broker brings the same call: either is enough. A separate thread
publishes to the broker, so that a slow or absent one delays nobody.
"""

import os
import threading
from functools import cache
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction

from notification_service.celery import app
from notification_service.database.new_rows import Call
from notification_service.mailings.sql import sql
from notification_service.observability.metrics import calls_lost

START = "notification_service.mailings.tasks.start"
SETTLE = "notification_service.mailings.tasks.settle"
IMPORT = "notification_service.mailings.tasks.import_uploads"
SEND = "notification_service.delivery.tasks.send_due"
RESCUE = "notification_service.delivery.tasks.rescue"
TEST_SENDS = "notification_service.delivery.tasks.send_test_sends"
WEBHOOKS = "notification_service.webhooks.tasks.tell"

CHANNEL = "notification_service_calls"  # of PostgreSQL's NOTIFY; a payload is the name of a task

log = structlog.get_logger(__name__)


class Publisher:
    """Publishes each task that was named since the last time, once."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._loses = False
        self._changed = threading.Condition()
        threading.Thread(target=self._run, name="wake-up", daemon=True).start()

    def publish(self, names: tuple[str, ...]) -> None:
        with self._changed:
            self._names.update(names)
            self._changed.notify()

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._names)
                names, self._names = self._names, set()
            for name in sorted(names):
                self._send(name)

    def _send(self, name: str) -> None:
        try:
            life: dict[str, Any] = settings.CALL_LIFE
            app.send_task(name, retry=False, **life)
            self._loses = False
        except Exception as error:  # noqa: BLE001 (whatever the broker's library raises: PostgreSQL tells, too)
            calls_lost.inc()
            if not self._loses:
                log.warning("wake-up lost", task=name, error=repr(error))
            self._loses = True


@cache
def _publisher(_process_id: int) -> Publisher:
    return Publisher()


def wake_up(*names: str) -> None:
    """Call the named tasks once the current transaction is committed; never waits for the broker."""
    notify(*names)
    publish_at_commit(*names)


def notification(*names: str) -> Call:
    """For a statement that also tells workers, through PostgreSQL: what `notify` says."""
    return ("(SELECT count(pg_notify(%s, name)) FROM unnest(%s::text[]) AS name)", [CHANNEL, list(names)])


def publish_at_commit(*names: str) -> None:
    """Call the named tasks once the current transaction is committed, through the broker alone."""
    transaction.on_commit(lambda: publish(*names))


def notify(*names: str) -> None:
    """The same, through PostgreSQL alone."""
    sql.rows("wake_up/notify", channel=CHANNEL, names=list(names))


def publish(*names: str) -> None:
    """Call the named tasks now, through the broker alone; never waits, never fails."""
    _publisher(os.getpid()).publish(names)
