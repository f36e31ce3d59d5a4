"""The Celery app: wake-up calls only. What is to be done, and when, stands in PostgreSQL."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "notification_service.settings")

app = Celery("notification_service")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["notification_service.mailings", "notification_service.delivery"])
