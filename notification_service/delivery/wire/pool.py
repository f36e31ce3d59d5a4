"""Connections to one gateway that are kept for other requests: which, for how long, and whether at all.

A gateway may reset each connection as it is used again. What was asked on it is in doubt then, for it may
have been read. So a gateway first shows that it keeps connections, with one request at a time that uses an
old one; meanwhile others get new ones.
"""

import asyncio
from collections import deque

from notification_service.delivery.wire.connection import Connection

# A server may close a connection that is idle for as long as it likes; many do after 5 seconds.
MAX_IDLE_SECONDS = 4.0
# After one broke as it was used again none is kept; for twice as long where the next one breaks, too.
NO_KEEPING_SECONDS, MOST_NO_KEEPING_SECONDS = 60.0, 3600.0


class Pool:
    """On one event loop."""

    def __init__(self) -> None:
        self._kept: deque[Connection] = deque()  # the one that was used last is last
        self._keep_from = 0.0
        self._no_keeping_seconds = NO_KEEPING_SECONDS
        self._is_proven = False  # whether the gateway has responded on a connection that it had kept
        self._trial: Connection | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_closed = False

    def take(self, now: float) -> Connection | None:
        """Return the one that was used last, so that the others can grow old and be closed."""
        if not self._kept or (self._trial is not None and self._trial.is_busy):
            return None
        oldest = now - MAX_IDLE_SECONDS
        while self._kept:
            connection = self._kept.pop()
            if connection.is_usable and connection.idle_since > oldest:
                if not self._is_proven:
                    self._trial = connection
                return connection
            connection.close()
        return None

    def keep(self, connection: Connection, loop: asyncio.AbstractEventLoop) -> None:
        """After a response, or unused."""
        if connection is self._trial:
            self._trial, self._is_proven, self._no_keeping_seconds = None, True, NO_KEEPING_SECONDS
        if not connection.is_usable:
            return
        if self._is_closed or loop.time() < self._keep_from:
            connection.close()
            return
        self._kept.append(connection)
        if self._timer is None:
            self._timer = loop.call_later(MAX_IDLE_SECONDS, self._close_old)

    def note_break(self, now: float) -> None:
        """A connection that was kept broke as it was used again, before any response."""
        self._keep_from = now + self._no_keeping_seconds
        self._no_keeping_seconds = min(2 * self._no_keeping_seconds, MOST_NO_KEEPING_SECONDS)
        self._trial, self._is_proven = None, False
        self._close_kept()

    def close(self) -> None:
        self._is_closed = True
        if self._timer:
            self._timer.cancel()
        self._close_kept()

    def _close_old(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._kept and self._kept[0].idle_since <= now - MAX_IDLE_SECONDS:
            self._kept.popleft().close()
        self._timer = None
        if self._kept:
            at = self._kept[0].idle_since + MAX_IDLE_SECONDS
            self._timer = asyncio.get_running_loop().call_at(at, self._close_old)

    def _close_kept(self) -> None:
        while self._kept:
            self._kept.pop().close()
