"""Wake-up calls of the engine. Any may be lost, late or repeated."""

import threading
from functools import cache
from typing import Any

import structlog
from celery import shared_task
from celery.signals import celeryd_init, worker_shutting_down
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg.conninfo import make_conninfo

from notification_service.delivery import claim
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.engine import Engine
from notification_service.delivery.test_sends import send_waiting
from notification_service.mailings.test_sends import settle_test_sends
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.observability import metrics

log = structlog.get_logger(__name__)

_making = threading.Lock()
_trying = threading.BoundedSemaphore(2)
_stopping = threading.Event()


@shared_task(ignore_result=True)
def send_due() -> None:
    engine().send_due()


@shared_task(ignore_result=True)
def rescue() -> None:
    if rescued := claim.rescue(connection):
        metrics.rescued.inc(rescued)
        log.warning("messages rescued", messages=rescued)
        wake_up(SEND)


@shared_task(ignore_result=True)
def send_test_sends() -> None:
    """Two at a time in each process, so that a gateway that hangs does not delay the tests of others."""
    if _trying.acquire(blocking=False):
        try:
            settle_test_sends()
            send_waiting(delivery_config(), conninfo=_conninfo(), should_stop=_stopping.is_set)
        finally:
            _trying.release()


def engine() -> Engine:
    """Return the process's engine, which the first task thread that needs it makes."""
    with _making:
        return _make_engine()


@cache
def _make_engine() -> Engine:
    return Engine(delivery_config(), conninfo=_conninfo())


def delivery_config() -> DeliveryConfig:
    """Raises ImproperlyConfigured, worded for the administrator."""
    if not settings.GATEWAY_URL:
        raise ImproperlyConfigured("GATEWAY_URL is not set: the workers have nowhere to send to")
    try:
        knobs: dict[str, Any] = settings.DELIVERY
        return DeliveryConfig(**knobs)
    except ValueError as error:
        raise ImproperlyConfigured(str(error)) from None


def _conninfo() -> str:
    database = settings.DATABASES["default"]
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    parts = {libpq: database[django] for libpq, django in names.items() if database[django]}
    return make_conninfo(**parts, **database["OPTIONS"])


@celeryd_init.connect
def _refuse_bad_configuration(**_: Any) -> None:
    try:
        delivery_config()
    except ImproperlyConfigured as error:
        raise SystemExit(f"Configuration error: {error}") from None


@worker_shutting_down.connect
def _stop_sending(**_: Any) -> None:
    _stopping.set()
    engine().stop()
