"""The service's settings, but that beat asks for the daily report several times a second."""

from notification_service.settings import *  # noqa: F403
from notification_service.settings import CELERY_BEAT_SCHEDULE

CELERY_BEAT_SCHEDULE["report"]["schedule"] = 0.4
