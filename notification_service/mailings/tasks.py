"""Wake-up calls of the domain. Each looks in the database for work; each may come twice."""

import threading
import time
from itertools import chain
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings

from notification_service.directory.importing.uploads import lifecycle as uploads
from notification_service.mailings import audience, client_uploads, lifecycle, receipts, retention, settlement
from notification_service.mailings.advisory_locks import try_lock
from notification_service.mailings.apart import apart
from notification_service.mailings.bulk_actions import lifecycle as bulk_actions
from notification_service.mailings.bulk_actions import run as bulk_run

# Several large audiences at once must leave threads of the process for everything else.
_builders = threading.BoundedSemaphore(3)
_importers = threading.BoundedSemaphore(1)
_stopping = threading.Event()
RETIRE_SECONDS = 10  # at a time, so that a stopping worker need not wait


@shared_task(ignore_result=True)
def start() -> None:
    """Start the mailings whose time has come, and write audiences that nobody is writing."""
    waiting = lifecycle.start_due_mailings()
    if waiting and _builders.acquire(blocking=False):
        try:
            for mailing_id in waiting:
                with apart("audience not written", mailing_id=mailing_id):
                    audience.build_audience(mailing_id)
        finally:
            _builders.release()


@shared_task(ignore_result=True)
def settle() -> None:
    with try_lock("settle") as is_mine:
        if is_mine:
            settlement.settle()
            receipts.record_early_receipts()


@shared_task(ignore_result=True)
def import_uploads() -> None:
    """Import the uploads that were started, and do the bulk actions, one at a time in each process."""
    if _importers.acquire(blocking=False):
        try:
            client_uploads.take_waiting(should_stop=_stopping.is_set)
            bulk_run.take_waiting(should_stop=_stopping.is_set)
            uploads.forget_old()
            bulk_actions.forget_old()
        finally:
            _importers.release()


@worker_shutting_down.connect
def _stop_importing(**_: Any) -> None:
    """Another worker continues the import."""
    _stopping.set()


@shared_task(ignore_result=True)
def retire() -> None:
    """Work for a few seconds on mailings and single messages that are no longer to be kept."""
    with try_lock("retire") as is_mine:
        if is_mine and settings.RETENTION_DAYS > 0:
            until = time.monotonic() + RETIRE_SECONDS
            how: dict[str, Any] = {"days": settings.RETENTION_DAYS, "action": settings.RETENTION_ACTION}
            for _ in chain(retention.retire(**how), retention.retire_singles(**how)):
                if time.monotonic() > until:
                    break


@shared_task(ignore_result=True)
def sweep() -> None:
    retention.sweep()
