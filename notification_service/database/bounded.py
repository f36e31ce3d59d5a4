"""The end of a wait for a database that is silent: a frozen server's kernel still acknowledges every byte,
so no timeout of TCP or of the server's own ever comes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.errors import ConnectionTimeout, _WaitTimeout

Value = TypeVar("Value")

LOOK_SECONDS = 0.1  # psycopg's own: between looks whether Ctrl-C was pressed


class BoundedConnection(Connection[Any]):
    answer_seconds: float | None = None  # None: for as long as it takes

    def wait(self, gen: PQGen[Value], interval: float = LOOK_SECONDS, timeout: float | None = None) -> Value:
        try:
            return super().wait(gen, interval, timeout or self.answer_seconds)
        except _WaitTimeout:
            DATABASE_AWAY.note()
            self.pgconn.finish()  # what the server says later would be taken for the next answer
            raise OperationalError(f"no answer for {timeout or self.answer_seconds} s") from None

    @contextmanager
    def answering_within(self, seconds: float) -> Iterator[None]:
        kept, self.answer_seconds = self.answer_seconds, min(seconds, self.answer_seconds or seconds)
        try:
            yield
        finally:
            self.answer_seconds = kept


class Away:
    """While the database is silent one thread at a time waits for it: the others know already."""

    def __init__(self) -> None:
        self._is_away = False
        self._trying = threading.Lock()

    def note(self) -> None:
        self._is_away = True

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """Around an attempt to connect. Raises OperationalError where another thread is at it."""
        is_alone = self._is_away
        if is_alone and not self._trying.acquire(blocking=False):
            raise OperationalError("the database was silent, and another thread tries to connect")
        try:
            yield
            self._is_away = False
        except ConnectionTimeout:
            self.note()
            raise
        finally:
            if is_alone:
                self._trying.release()


DATABASE_AWAY = Away()
