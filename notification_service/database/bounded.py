"""Ends the wait for a silent database. The kernel of a frozen server still acknowledges every byte, so
neither a timeout of TCP nor one of the server's own ever comes.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from psycopg import AsyncConnection, Connection, OperationalError
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
            self.pgconn.finish()  # what the server says later would be read as the next result
            raise OperationalError(f"no answer for {timeout or self.answer_seconds} s") from None

    @contextmanager
    def answering_within(self, seconds: float) -> Iterator[None]:
        kept, self.answer_seconds = self.answer_seconds, min(seconds, self.answer_seconds or seconds)
        try:
            yield
        finally:
            self.answer_seconds = kept


class BoundedAsyncConnection(AsyncConnection[Any]):
    answer_seconds: float | None = None

    async def wait(
        self,
        gen: PQGen[Value],
        interval: float = LOOK_SECONDS,
        timeout: float | None = None,  # noqa: ASYNC109 (psycopg's own)
    ) -> Value:
        try:
            return await super().wait(gen, interval, timeout or self.answer_seconds)
        except _WaitTimeout:
            self.pgconn.finish()
            raise OperationalError(f"no answer for {timeout or self.answer_seconds} s") from None


class Away:
    """While the database is silent, only one thread at a time waits for it."""

    def __init__(self) -> None:
        self._is_away = False
        self._trying = threading.Lock()

    def note(self) -> None:
        self._is_away = True

    @contextmanager
    def one_at_a_time(self) -> Iterator[None]:
        """For an attempt to connect. Raises OperationalError if another thread is trying."""
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
