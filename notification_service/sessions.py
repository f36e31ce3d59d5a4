"""Keeps a worker's session with PostgreSQL from outliving the worker's machine.

A machine that vanishes does not close its connections. Without these timeouts the server would keep its locks
and its open transaction for hours. They are set once a session exists, because poolers refuse them as startup
parameters.
"""

from collections.abc import Mapping
from typing import Any

from django.db import connection

from notification_service.database.session import SET_UNLESS_SET, parameters

PROBES = 3  # unanswered probes, after which a connection counts as lost
LEAST_SECONDS = 3.0  # of silence, however short the lease is: a busy machine is not a lost one

IMPORT_LOCK_MILLISECONDS = 8000  # below the statement timeout of a web process

BEGIN = SET_UNLESS_SET


def silent_seconds(lease_seconds: float) -> float:
    """Return how long a session that holds something may be silent. The rest of a lease is the next one's."""
    return max(LEAST_SECONDS, lease_seconds / 2)


def client_side(given: Mapping[str, Any], *, lease_seconds: float, name: str) -> dict[str, Any]:
    """Add our parameters to those `given` for a connection, so that a lost server is noticed."""
    seconds = silent_seconds(lease_seconds)
    ours = {
        "connect_timeout": 5,
        "application_name": name,
        "keepalives_idle": _whole(seconds / 2),
        "keepalives_interval": _whole(seconds / 2 / PROBES),
        "keepalives_count": PROBES,
        "tcp_user_timeout": _milliseconds(seconds),
    }
    return {**ours, **given}


def server_side(*, lease_seconds: float, **more: str) -> dict[str, list[str]]:
    """Return parameters of BEGIN, by which the server notices a lost worker. `more` are session settings."""
    return parameters(settings(lease_seconds=lease_seconds) | more)


def settings(*, lease_seconds: float) -> dict[str, str]:
    """Return the settings of a worker's session."""
    seconds = silent_seconds(lease_seconds)
    return {
        "tcp_keepalives_idle": str(_whole(seconds / 2)),
        "tcp_keepalives_interval": str(_whole(seconds / 2 / PROBES)),
        "tcp_keepalives_count": str(PROBES),
        "tcp_user_timeout": str(_milliseconds(seconds)),
        "idle_in_transaction_session_timeout": str(_milliseconds(seconds)),
        "lock_timeout": str(_milliseconds(lease_seconds)),
    }


def wait_longer_for_locks() -> None:
    """For the present transaction: an import takes long anyway, and may touch many clients."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {IMPORT_LOCK_MILLISECONDS}")


def _whole(seconds: float) -> int:
    return max(1, int(seconds))


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
