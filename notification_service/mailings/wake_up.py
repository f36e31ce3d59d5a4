"""Calls to the workers that something may be due. Any of them may be lost: beat calls again.

Publishing happens on a thread of its own, so that a broker that is slow or away delays no one.
"""

import os
import threading
from functools import cache
from typing import Any

import structlog
from celery import current_app
from django.conf import settings
from django.db import transaction

from notification_service.observability.metrics import calls_lost

START = "notification_service.mailings.tasks.start"
SETTLE = "notification_service.mailings.tasks.settle"
IMPORT = "notification_service.mailings.tasks.import_uploads"
SEND = "notification_service.delivery.tasks.send_due"
TRIALS = "notification_service.delivery.tasks.send_trials"

log = structlog.get_logger(__name__)


class Publisher:
    """Publishes each task named since it last looked, once."""

    def __init__(self) -> None:
        self._names: set[str] = set()
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
            current_app.send_task(name, retry=False, **life)
        except Exception as error:  # noqa: BLE001 (whatever the broker's library raises: beat will call again)
            calls_lost.inc()
            log.warning("wake-up lost", task=name, error=repr(error))


@cache
def _publisher(_process_id: int) -> Publisher:
    return Publisher()


def wake_up(*names: str) -> None:
    """Call the named tasks once the current transaction is committed; never waits, never fails."""
    transaction.on_commit(lambda: _publisher(os.getpid()).publish(names))
