"""Counts while a person writes a filter. None takes long, and each cancels the one before."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, transaction
from psycopg.errors import QueryCanceled

from notification_service.mailings.advisory_locks import lock_until_commit
from notification_service.mailings.sql import sql

COUNT_SECONDS = 5
MEMORY = "128MB"
NAME_LENGTH = 40  # PostgreSQL keeps 63 characters of a session's name


class CountTooSlow(Exception):  # noqa: N818
    """`args[0]` says what can be done about it."""


@contextmanager
def counting_in_time(*, key: str = "") -> Iterator[None]:
    """Give each statement COUNT_SECONDS. Raises CountTooSlow.

    `key` is that of a form. Nobody waits any more for its former counts: they are cancelled, and raise
    CountTooSlow as well.
    """
    name = f"count {key[:NAME_LENGTH]}"
    if key:
        _supersede(name)
    try:
        with transaction.atomic():
            limit = f"{COUNT_SECONDS}s"
            before, *_ = sql.row("counting/begin", name=name, limit=limit, memory=MEMORY)
            yield
            if key:
                lock_until_commit(name)
            sql.row("counting/end", before=before)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise CountTooSlow(
                f"Counting took longer than {COUNT_SECONDS} seconds. Compare less, or add a tag, an operator "
                "code or an attribute with `eq`, which an index finds."
            ) from None
        raise


@transaction.atomic
def _supersede(name: str) -> None:
    lock_until_commit(name)
    sql.rows("counting/supersede", name=name)
