"""What PostgreSQL tells a worker, on the session that its alarm has anyway."""

import os
import select
from contextlib import suppress
from typing import Any

import structlog
from django.db import DatabaseError, connection

from notification_service.mailings.wake_up import CHANNEL

log = structlog.get_logger(__name__)


class Listener:
    """Of one thread, whose connection it uses; only `nudge` is for others."""

    def __init__(self) -> None:
        self._session: Any = None  # psycopg's, on which we listen
        self._payloads: list[str] = []
        self._nudges, self._nudging = os.pipe()
        for end in (self._nudges, self._nudging):
            os.set_blocking(end, False)
        self.can_hear = False

    def open(self) -> None:
        """Listen, also after the session was lost. Raises DatabaseError."""
        connection.ensure_connection()
        if connection.connection is self._session:
            return
        self._session = session = connection.connection
        session.add_notify_handler(lambda notify: self._payloads.append(notify.payload))
        self.can_hear = self._listen(session)

    def wait(self, seconds: float) -> list[str]:
        """What was told, as soon as something is; empty after so many seconds, or a nudge.

        Raises DatabaseError where the session is lost.
        """
        with connection.wrap_database_errors:
            if not self._payloads:
                self._sleep(seconds)
            self._session.pgconn.consume_input()
            while (notify := self._session.pgconn.notifies()) is not None:
                self._payloads.append(notify.extra.decode())
        payloads, self._payloads = self._payloads, []
        return payloads

    def nudge(self) -> None:
        """Have `wait` come back now; from any thread."""
        with suppress(BlockingIOError):  # it is full of nudges
            os.write(self._nudging, b"!")

    def _listen(self, session: Any) -> bool:
        """Whether we shall hear: a pooler may hand the session that listens to somebody else.

        One tells: it names a session by a number of its own, not by the server's.
        """
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
                cursor.execute("SELECT pg_backend_pid()")
                (server_side,) = cursor.fetchone()
        except DatabaseError:
            if not connection.is_usable():
                raise
            return False
        can_hear = bool(server_side == session.info.backend_pid)
        if not can_hear:
            log.info("PostgreSQL cannot tell us anything through this pooler: we ask")
        return can_hear

    def _sleep(self, seconds: float) -> None:
        poll = select.poll()
        poll.register(self._session.fileno(), select.POLLIN)
        poll.register(self._nudges, select.POLLIN)
        poll.poll(max(0.0, seconds) * 1000)
        with suppress(BlockingIOError):
            os.read(self._nudges, 4096)
