"""The wake-up call of the daily report: sends it if the database says that it is due."""

import threading

from celery import shared_task

from notification_service.reports import posting

# A mail server that hangs blocks one thread of a process, and no more.
_one = threading.BoundedSemaphore(1)


@shared_task(ignore_result=True)
def send_due_report() -> None:
    if _one.acquire(blocking=False):
        try:
            posting.send_due_report()
        finally:
            _one.release()
