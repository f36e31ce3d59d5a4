"""Wake-up calls of the domain. Each looks into the database for what is to be done; all may come twice."""

import threading

from celery import shared_task

from notification_service.mailings import audience, lifecycle, settlement
from notification_service.mailings.locks import alone

# Large audiences written side by side must leave threads of the process for everything else.
_builders = threading.BoundedSemaphore(3)


@shared_task(ignore_result=True)
def start() -> None:
    """Start the mailings whose time has come, and write the audiences that nobody is writing."""
    waiting = lifecycle.start_due_mailings()
    if waiting and _builders.acquire(blocking=False):
        try:
            for mailing_id in waiting:
                audience.build_audience(mailing_id)
        finally:
            _builders.release()


@shared_task(ignore_result=True)
def settle() -> None:
    with alone("settle") as is_mine:
        if is_mine:
            settlement.settle()
