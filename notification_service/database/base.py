"""Django's backend for PostgreSQL, with a limit on each wait if the process sets one.

A session that cannot write is dropped like a dead one: it may lead to the former primary.
"""

import select
import time
from typing import Any

from django.db.backends.postgresql import base
from psycopg import IsolationLevel
from psycopg.types.datetime import TimestamptzLoader

from notification_service.database import session
from notification_service.database.bounded import DATABASE_AWAY, BoundedConnection

PING_SECONDS = 2.0
FRESH_SECONDS = 0.5  # a busy connection is not asked before each request


class DatabaseWrapper(base.DatabaseWrapper):
    _found_usable_at = 0.0  # of whichever connection it has

    def get_new_connection(self, conn_params: dict[str, Any]) -> BoundedConnection:
        self._found_usable_at = 0.0
        self.isolation_level = IsolationLevel.READ_COMMITTED
        limits = self._limits
        if limits is None:
            return _with_fast_times(BoundedConnection.connect(**conn_params))
        with DATABASE_AWAY.one_at_a_time():
            connection = BoundedConnection.connect(**conn_params)
        connection.answer_seconds = limits.answer_seconds
        return _with_fast_times(connection)

    def create_cursor(self, name: str | None = None) -> Any:
        # Django's own looks for the time zone of its loader of times, which we have replaced.
        if name is None:
            return self.connection.cursor()
        kept = self.connection.autocommit
        return base.ServerSideCursor(  # type: ignore[call-arg]  # psycopg 3, of which the stubs know nothing
            self.connection, name=name, scrollable=False, withhold=kept
        )

    def init_connection_state(self) -> None:
        super().init_connection_state()
        if self._limits is not None:
            with self.connection.cursor() as cursor:
                cursor.execute(session.SET_UNLESS_SET, session.parameters(self._limits.server_settings))
            if not self.get_autocommit():
                self.connection.commit()

    def is_usable(self) -> bool:
        if self.connection is None:
            return False
        if time.monotonic() - self._found_usable_at < FRESH_SECONDS and not _has_said(self.connection):
            return True
        is_usable = self._answers_and_writes()
        self._found_usable_at = time.monotonic() if is_usable else 0.0
        return is_usable

    def _answers_and_writes(self) -> bool:
        try:
            with self.connection.answering_within(PING_SECONDS), self.connection.cursor() as cursor:
                (is_read_only,) = cursor.execute("SHOW transaction_read_only").fetchone()
        except self.Database.Error:
            return False
        return bool(is_read_only == "off")

    @property
    def _limits(self) -> session.Limits | None:
        limits: session.Limits | None = self.settings_dict.get("LIMITS")
        return limits


def _has_said(connection: BoundedConnection) -> bool:
    """Return whether something has arrived unasked: the session or the connection has ended."""
    if connection.closed:  # the last statement noticed it, and there is no socket any more
        return True
    poll = select.poll()
    poll.register(connection.pgconn.socket, select.POLLIN)
    return bool(poll.poll(0))


def _with_fast_times(connection: BoundedConnection) -> BoundedConnection:
    """Let C read times, in UTC as the session is; Django's loader is Python, and took an eighth of a list."""
    connection.adapters.register_loader("timestamptz", TimestamptzLoader)
    return connection
