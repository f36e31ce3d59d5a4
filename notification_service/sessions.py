"""What keeps a session with PostgreSQL from outliving its machine, and requests from waiting for it.

A machine that vanishes says no goodbye: without these, the server keeps its locks and its open transaction
for hours. The timeouts are set once a session is there, because poolers refuse them as startup parameters.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from notification_service.database.session import LOCK_MILLISECONDS, SET_UNLESS_SET

PROBES = 3  # without an answer, after which a connection counts as lost
LEAST_SECONDS = 3.0  # of silence, whatever the lease: a busy machine is not a lost one

IMPORT_LOCK_MILLISECONDS = 8000  # below the statement timeout of a web process

BEGIN = SET_UNLESS_SET


def silent_seconds(lease_seconds: float) -> float:
    """For how long a session that holds something may be silent; the rest of a lease is for the next one."""
    return max(LEAST_SECONDS, lease_seconds / 2)


def client_side(given: Mapping[str, Any], *, lease_seconds: float, name: str) -> dict[str, Any]:
    """`given`, parameters of a connection, with our own where they say nothing: a lost server is noticed."""
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
    """Parameters of BEGIN, by which the server notices a lost worker; `more` are settings of the session."""
    seconds = silent_seconds(lease_seconds)
    settings = {
        "tcp_keepalives_idle": str(_whole(seconds / 2)),
        "tcp_keepalives_interval": str(_whole(seconds / 2 / PROBES)),
        "tcp_keepalives_count": str(PROBES),
        "tcp_user_timeout": str(_milliseconds(seconds)),
        "idle_in_transaction_session_timeout": str(_milliseconds(seconds)),
        "lock_timeout": str(_milliseconds(lease_seconds)),
        **more,
    }
    return {"names": list(settings), "values": list(settings.values())}


def wait_longer_for_locks() -> None:
    """In the present transaction: of an import, which is long anyway, and may meet many clients."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {IMPORT_LOCK_MILLISECONDS}")


@contextmanager
def request_transaction() -> Iterator[None]:
    """A transaction that waits briefly for each lock, then raises OperationalError; also a decorator."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
        yield


def _whole(seconds: float) -> int:
    return max(1, int(seconds))


def _milliseconds(seconds: float) -> int:
    return int(seconds * 1000)
