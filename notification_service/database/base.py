"""Django's backend for PostgreSQL, with an end to each wait where the process asks for one.

A session that cannot write is let go like one that is dead: it may lead to what was the primary.
"""

from typing import Any

from django.db.backends.postgresql import base
from psycopg import IsolationLevel

from notification_service.database import session
from notification_service.database.bounded import DATABASE_AWAY, BoundedConnection

PING_SECONDS = 2.0


class DatabaseWrapper(base.DatabaseWrapper):
    def get_new_connection(self, conn_params: dict[str, Any]) -> BoundedConnection:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        limits = self._limits
        if limits is None:
            return BoundedConnection.connect(**conn_params)
        with DATABASE_AWAY.one_at_a_time():
            connection = BoundedConnection.connect(**conn_params)
        connection.answer_seconds = limits.answer_seconds
        return connection

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
