"""The Celery app: wake-up calls only. What is to be done, and when, stands in PostgreSQL."""

import os
import sys
from typing import Any

from celery import Celery
from celery.signals import beat_init, celeryd_init
from django.conf import settings

from notification_service.worker.broker import SteadyAMQP

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")
# At each start Celery would have Django check everything, API and console included, and read no result.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

app = Celery("notification_service", amqp=SteadyAMQP)
app.config_from_object("django.conf:settings", namespace="CELERY")
# Celery closes a task's connection when it ends: ten new ones a second, a fifth of an idle machine.
# `worker.signals` closes those that broke or are old, as Django does between requests.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize
app.autodiscover_tasks([f"notification_service.{package}" for package in ("mailings", "delivery", "reports")])


@celeryd_init.connect
@beat_init.connect
def refuse_to_start_without_servers(**_: Any) -> None:
    if not settings.DATABASES["default"]["NAME"]:
        sys.exit("Configuration error: DATABASE_URL is not set; `manage.py up` runs a PostgreSQL of its own")
    if not settings.CELERY_BROKER_URL:
        sys.exit("Configuration error: BROKER_URL is not set; `manage.py up` runs a Valkey of its own")
