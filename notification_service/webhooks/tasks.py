"""Wake-up calls of webhooks. Any may be lost, late or repeated."""

import threading
from typing import Any

from celery import shared_task
from celery.signals import worker_shutting_down
from django.conf import settings

from notification_service.delivery.config import DeliveryConfig
from notification_service.webhooks import retention
from notification_service.webhooks.teller import tell_webhooks

_telling = threading.BoundedSemaphore(1)
_called = threading.Event()
_stopping = threading.Event()


@shared_task(ignore_result=True)
def tell() -> None:
    """Once at a time in each process; a call that comes while it ends is not lost."""
    _called.set()
    while _called.is_set() and not _stopping.is_set() and _telling.acquire(blocking=False):
        try:
            _called.clear()
            knobs: dict[str, Any] = settings.DELIVERY
            tell_webhooks(DeliveryConfig(**knobs), should_stop=_stopping.is_set)
        finally:
            _telling.release()


@shared_task(ignore_result=True)
def sweep() -> None:
    retention.forget_old()


@worker_shutting_down.connect
def _stop_telling(**_: Any) -> None:
    """Another worker goes on."""
    _stopping.set()
