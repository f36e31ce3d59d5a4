"""PostgreSQL's advisory locks, by name: held by one process at a time, given back when it dies."""

from collections.abc import Iterator
from contextlib import contextmanager

from notification_service.mailings.sql import sql


@contextmanager
def try_lock(name: str) -> Iterator[bool]:
    """Hold the lock while in the block; yields False at once where another session holds it."""
    (is_mine,) = sql.row("advisory_locks/try_lock", name=_key(name))
    try:
        yield is_mine
    finally:
        if is_mine:
            sql.row("advisory_locks/unlock", name=_key(name))


def lock_until_commit(name: str) -> None:
    """Hold the lock until the transaction ends; waits while another session holds it."""
    sql.row("advisory_locks/lock_until_commit", name=_key(name))


def _key(name: str) -> str:
    return f"notification_service:{name}"
