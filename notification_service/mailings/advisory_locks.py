"""PostgreSQL's advisory locks, by name: one process holds each, until it releases it, dies or is lost."""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.db import Error, connection

from notification_service import sessions
from notification_service.mailings.sql import sql

log = structlog.get_logger(__name__)


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Hold the lock during the block; yields False at once if another session holds it.

    A process that is silent for half a lease, such as on a machine that vanished, loses it with its session.
    """
    silent = sessions.silent_seconds(settings.LEASE_SECONDS)
    is_mine, before, _ = sql.row("advisory_locks/try_lock", name=_key(name), silent=f"{silent:.0f}s")
    try:
        yield is_mine
    finally:
        if is_mine:
            _unlock(name, before=before)


@contextmanager
def lock(name: str) -> Iterator[None]:
    """Hold the lock during the block, over transactions. Waits for another session as for any lock."""
    _, before = sql.row("advisory_locks/lock", name=_key(name))
    try:
        yield
    finally:
        _unlock(name, before=before)


def lock_until_commit(name: str) -> None:
    """Hold the lock until the transaction ends. Waits while another session holds it."""
    sql.row("advisory_locks/lock_until_commit", name=_key(name))


def share_until_commit(name: str) -> None:
    """Hold the lock until the transaction ends, with others. Waits while a session holds it alone."""
    sql.row("advisory_locks/share_until_commit", name=_key(name))


def _unlock(name: str, *, before: str) -> None:
    try:
        sql.row("advisory_locks/unlock", name=_key(name), before=before)
    except Error as error:
        log.warning("lock lost", lock=name, error=str(error).strip())
        connection.close()  # whatever state the session is in, the lock goes with it


def _key(name: str) -> str:
    return f"notification_service:{name}"
