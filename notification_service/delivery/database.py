"""PostgreSQL as the queue: the only module that reads `sql/`. Each call is one short transaction."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar
from weakref import WeakSet

import structlog
from psycopg import AsyncCursor, InterfaceError, OperationalError
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.errors import ReadOnlySqlTransaction

from notification_service import sessions
from notification_service.database.bounded import BoundedAsyncConnection

RECONNECT_SECONDS = 0.5
STATEMENT_SECONDS = 30.0  # so that no statement hangs for ever
ANSWER_SECONDS = 32.0  # a frozen server does not even report its timeout
# Read-only: during a failover. A session that was opened meanwhile may stay read-only for ever.
AWAY = (OperationalError, InterfaceError, ReadOnlySqlTransaction)

Result = TypeVar("Result")

log = structlog.get_logger(__name__)


def lost_seconds() -> float | None:
    """Return how long a connection of this process to the queue has failed; None if none has."""
    with _opening:
        since = [database.lost_at for database in _open if database.lost_at is not None]
    return time.monotonic() - min(since) if since else None


class Database:
    """A worker's connection for one gateway. It makes one call at a time; others wait.

    While the database is away, a call waits and is repeated. A claim whose result was lost is repeated as a
    new claim: the lease of the first one ends by itself.
    """

    def __init__(self, conninfo: str, *, worker: str, gateway_id: int, lease_seconds: float = 30) -> None:
        given = conninfo_to_dict(conninfo)
        name = "notification_service worker"
        parameters = sessions.client_side(given, lease_seconds=lease_seconds, name=name)
        self._conninfo = make_conninfo("", **parameters)
        self._session = sessions.server_side(
            lease_seconds=lease_seconds, statement_timeout=f"{STATEMENT_SECONDS:.0f}s"
        )
        self._bound = {"worker": worker, "gateway_id": gateway_id}
        self._connection: BoundedAsyncConnection | None = None
        self._turn = asyncio.Lock()
        self.lost_at: float | None = None
        with _opening:
            _open.add(self)

    async def close(self) -> None:
        self.lost_at = None
        await self._disconnect()

    async def _disconnect(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()

    async def fetch(self, name: str, **parameters: Any) -> list[tuple[Any, ...]]:
        async def fetch(cursor: AsyncCursor[Any]) -> list[tuple[Any, ...]]:
            await self.run(cursor, name, **parameters)
            return await cursor.fetchall()

        return await self.call(fetch)

    async def execute(self, name: str, **parameters: Any) -> int:
        """Return how many rows the statement touched."""

        async def execute(cursor: AsyncCursor[Any]) -> int:
            await self.run(cursor, name, **parameters)
            return cursor.rowcount

        return await self.call(execute)

    async def run(self, cursor: AsyncCursor[Any], name: str, **parameters: Any) -> None:
        """Run a statement of `sql/` within a call; the worker and its gateway are among its parameters."""
        await cursor.execute(statement(name), self._bound | parameters)

    async def call(self, call: Callable[[AsyncCursor[Any]], Awaitable[Result]]) -> Result:
        """Run a call with the connection to itself, once it is there, and as often as needed."""
        async with self._turn:
            while True:
                try:
                    async with (await self._connected()).cursor(binary=True) as cursor:
                        result = await call(cursor)
                except AWAY as error:
                    log.warning("database away", error=str(error).strip())
                    self.lost_at = self.lost_at or time.monotonic()
                    await self._disconnect()
                    await asyncio.sleep(RECONNECT_SECONDS)
                except BaseException:
                    await self._disconnect()  # the session may be unusable, and a new one costs little
                    raise
                else:
                    self.lost_at = None
                    return result

    async def _connected(self) -> BoundedAsyncConnection:
        if self._connection is None:
            self._connection = await BoundedAsyncConnection.connect(
                self._conninfo, autocommit=True, prepare_threshold=0
            )
            self._connection.answer_seconds = ANSWER_SECONDS
            await self._connection.execute(sessions.BEGIN, self._session)
        return self._connection


_open: WeakSet[Database] = WeakSet()
_opening = threading.Lock()  # a heartbeat looks at them while lanes and test sends open more


@cache
def statement(name: str) -> bytes:
    return (Path(__file__).parent / "sql" / f"{name}.sql").read_bytes()
