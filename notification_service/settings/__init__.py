"""Every setting of the service, read from the environment (see `.env.example`); a file for each subject."""

# ruff: noqa: F403 (Django looks for all of them here)

import sys

import environs
from django.core.exceptions import ImproperlyConfigured

try:
    from notification_service.settings.api import *
    from notification_service.settings.base import *
    from notification_service.settings.celery import *
    from notification_service.settings.delivery import *
    from notification_service.settings.observability import *
    from notification_service.settings.reports import *
    from notification_service.settings.security import *
    from notification_service.settings.servers import *
    from notification_service.settings.sign_in import *
    from notification_service.settings.web import *
except (environs.EnvError, ImproperlyConfigured) as error:
    # Whatever was being started, from a web server to a worker: one line, no traceback.
    sys.exit(f"Configuration error: {error}")
