"""The Celery app, for wake-up calls only. What is to be done, and when, is in PostgreSQL."""

import os
import sys
from importlib import import_module
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init
from django.conf import settings

from notification_service.worker.broker import SteadyAMQP

# Otherwise Celery has Django check everything at each start, API and console included, and ignores the
# result.
os.environ["CELERY_SKIP_CHECKS"] = "1"


class Application(Celery):
    def _connection(self, url: str | None, *arguments: Any, **options: Any) -> Any:
        """Without a BROKER_URL, the first connection joins the embedded broker."""
        url = url or import_module(settings.EMBEDDED_SERVERS).broker_url()
        return super()._connection(url, *arguments, **options)  # type: ignore[misc]


app = Application("notification_service", amqp=SteadyAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery closes a task's connection when the task ends: ten new ones a second, a fifth of an idle machine.
# `worker.signals` closes those that broke or are old, as Django does between requests.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks(
    [f"notification_service.{package}" for package in ("mailings", "delivery", "reports", "webhooks", "api")]
)


@celeryd_init.connect
@beat_init.connect
def join_embedded_servers(**_: Any) -> None:
    if settings.EMBEDS_DATABASE or settings.EMBEDS_BROKER:
        import_module(settings.EMBEDDED_SERVERS).join_or_exit()
