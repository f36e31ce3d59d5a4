"""The embedded servers in DATA_DIR. A process joins one when it first uses a server that is not configured.

Settings give this module's name to the database's backend and to Celery, which import nothing from this
folder.
"""

import sys
import threading
from functools import cache

from django.conf import settings
from django.db import OperationalError, connection

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.private_files import kept_secret, make_service_folders
from notification_service.standalone.shared_server import SharedServer

VARIABLES = {"postgres": "DATABASE_URL", "valkey": "BROKER_URL"}

_one_at_a_time = threading.Lock()


def database_url() -> str:
    """Raises StandaloneError."""
    url = _join("postgres")
    if settings.SECRET_KEY_IS_TEMPORARY and settings.EMBEDS_BROKER:
        settings.SECRET_KEY = kept_secret(settings.DATA_DIR / "secret.key")
        settings.SECRET_KEY_IS_TEMPORARY = False
    return url


def broker_url() -> str:
    """Raises StandaloneError."""
    return _join("valkey")


def join_or_exit() -> None:
    """For the start of a process that needs them."""
    try:
        if settings.EMBEDS_DATABASE:
            connection.get_connection_params()
        if settings.EMBEDS_BROKER:
            broker_url()
    except (StandaloneError, OperationalError) as error:
        sys.exit(f"Configuration error: {error}")


def _join(name: str) -> str:
    with _one_at_a_time:
        try:
            return _joined(name)
        except (StandaloneError, OSError) as error:
            raise StandaloneError(
                f"{VARIABLES[name]} is not set, and none can be embedded: {error}"
            ) from error


@cache
def _joined(name: str) -> str:
    make_service_folders(settings.DATA_DIR, project_folder=settings.BASE_DIR)
    return SharedServer(name, settings.DATA_DIR, _say).join()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
