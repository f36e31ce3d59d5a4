"""The connection of a worker: one call at a time, repeated until the database is there."""

import asyncio
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import structlog
from psycopg.conninfo import make_conninfo

from notification_service.delivery import database as database_module
from notification_service.delivery.claim import take_due
from notification_service.delivery.database import Database, lost_seconds
from notification_service.delivery.gateway_row import GatewayRow, GatewaySnapshot
from notification_service.delivery.messages import Claimed, OutcomeBuffer
from notification_service.delivery.steady import steady_seconds
from notification_service.delivery.write_outcomes import write
from notification_service.mailings.models import Message
from notification_service.standalone.postgres.server import EmbeddedPostgres
from tests.delivery.database import config, ids, on_database, open_database
from tests.factories import make_message, make_messages, make_running_mailing, now
from tests.tcp_postgres import TcpPostgres

WORKERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s AND datname = %s"
)


@pytest.fixture(autouse=True)
def _reconnect_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "RECONNECT_SECONDS", 0.01)


@pytest.fixture
def switching_often() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def end_workers_connections(conninfo: str) -> int:
    with psycopg.connect(conninfo, autocommit=True) as other:
        return other.execute(WORKERS, ["notification_service worker", other.info.dbname]).rowcount


@contextmanager
def read_only_database(conninfo: str) -> Iterator[None]:
    """As a failover leaves it: for sessions that are opened now."""
    with psycopg.connect(conninfo, autocommit=True) as other:
        setting = f'ALTER DATABASE "{other.info.dbname}" {{}} default_transaction_read_only'.format
        other.execute(f"{setting('SET')} = on")
        try:
            yield
        finally:
            other.execute(setting("RESET"))


async def snapshot(database: Database) -> GatewaySnapshot | None:
    return await GatewayRow(database, config()).snapshot()


async def claim_after_an_interruption(database: Database, conninfo: str) -> list[Claimed]:
    await snapshot(database)
    assert end_workers_connections(conninfo) == 1
    return await take_due(database, config(), 10)


def test_a_claim_survives_the_end_of_its_connection(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 3)
    claimed = on_database(conninfo, lambda database: claim_after_an_interruption(database, conninfo))
    assert ids(claimed) == ids(messages)


def test_an_outcome_survives_the_end_of_its_connection(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)

    async def record(database: Database) -> None:
        claimed = await take_due(database, config(), 3)
        end_workers_connections(conninfo)
        await write(database, OutcomeBuffer(sent=[(message, 0.0) for message in claimed]))

    on_database(conninfo, record)
    assert Message.objects.filter(status="sent").count() == 3


def test_concurrent_calls_take_turns_on_the_connection(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 20)

    async def claim_together(database: Database) -> list[Claimed]:
        claims = [take_due(database, config(), 2) for _ in range(10)]
        end_workers_connections(conninfo)
        return [message for claimed in await asyncio.gather(*claims) for message in claimed]

    assert ids(on_database(conninfo, claim_together)) == ids(messages)


def test_a_worker_holds_one_connection(conninfo: str) -> None:
    async def look_together(database: Database) -> int:
        await asyncio.gather(*(snapshot(database) for _ in range(5)))
        return end_workers_connections(conninfo)

    assert on_database(conninfo, look_together) == 1


def test_the_time_to_connect_does_not_set_the_clock_ahead(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "RECONNECT_SECONDS", 2)

    async def look(database: Database) -> float:
        await snapshot(database)
        end_workers_connections(conninfo)
        state = await snapshot(database)
        assert state is not None
        return state.database_ahead

    ahead = on_database(conninfo, look) + steady_seconds() - now().timestamp()
    assert ahead < 1.5


def test_every_statement_has_a_time_limit(conninfo: str) -> None:
    async def show(database: Database) -> str:
        async with open_database(conninfo) as other:
            await snapshot(other)
            assert other._connection is not None
            [limit] = await (await other._connection.execute("SHOW statement_timeout")).fetchone() or [""]
            return str(limit)

    assert on_database(conninfo, show) == "30s"


def test_a_worker_knows_for_how_long_it_has_been_cut_off(conninfo: str) -> None:
    async def lose_and_find(database: Database) -> list[bool]:
        database._conninfo, there = make_conninfo(conninfo, dbname="nowhere"), database._conninfo
        look = asyncio.create_task(snapshot(database))
        while lost_seconds() is None:  # noqa: ASYNC110 (nobody tells)
            await asyncio.sleep(0)
        was_lost = (lost_seconds() or -1) >= 0
        database._conninfo = there
        await look
        return [was_lost, lost_seconds() is None]

    assert on_database(conninfo, lose_and_find) == [True, True]


def test_a_worker_s_heartbeat_asks_while_other_threads_open_connections(switching_often: None) -> None:
    ended = threading.Event()
    opened: list[Database] = []

    def open_more() -> None:
        while not ended.is_set():
            opened.append(Database("", worker="worker", gateway_id=1))

    threads = [threading.Thread(target=open_more) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        while len(opened) < 500:
            assert lost_seconds() is None
    finally:
        ended.set()
        for thread in threads:
            thread.join()


def test_a_claim_survives_a_time_in_which_the_database_may_only_be_read(conninfo: str) -> None:
    """A session that was opened meanwhile stays read-only."""
    messages = make_messages(make_running_mailing(), 3)

    async def claim_meanwhile(database: Database) -> list[Claimed]:
        with read_only_database(conninfo), structlog.testing.capture_logs() as logs:
            claiming = asyncio.create_task(take_due(database, config(), 10))
            while not logs and not claiming.done():  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        return await asyncio.wait_for(claiming, 20)

    assert ids(on_database(conninfo, claim_meanwhile)) == ids(messages)


def test_a_session_in_which_a_statement_failed_is_given_up(conninfo: str) -> None:
    async def backends(database: Database) -> list[int]:
        async def read(cursor: psycopg.AsyncCursor[Any]) -> int:
            return cursor.connection.info.backend_pid

        async def fail(cursor: psycopg.AsyncCursor[Any]) -> None:
            await cursor.execute("SELECT 1/0")

        before = await database.call(read)
        with pytest.raises(psycopg.errors.DivisionByZero):
            await database.call(fail)
        return [before, await database.call(read)]

    first, second = on_database(conninfo, backends)
    assert first != second


def test_a_worker_lets_go_of_a_session_that_says_nothing(
    conninfo: str, postgres_server: EmbeddedPostgres | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a server that is frozen, say, while another one has its address by now."""
    if postgres_server is None:
        pytest.skip("the processes of DATABASE_URL's server are not ours to freeze")
    monkeypatch.setattr(database_module, "ANSWER_SECONDS", 0.5)

    async def read(cursor: psycopg.AsyncCursor[Any]) -> int:
        await cursor.execute("SELECT pg_backend_pid()")
        [pid] = await cursor.fetchone() or [0]
        return int(pid)

    async def outlive(database: Database) -> list[int]:
        pid = await database.call(read)
        backend = psutil.Process(pid)
        backend.suspend()
        try:
            return [pid, await asyncio.wait_for(database.call(read), 20)]
        finally:
            backend.resume()

    first, second = on_database(conninfo, outlive)
    assert first != second


def test_an_empty_buffer_of_outcomes_changes_nothing(conninfo: str) -> None:
    message = make_message()
    on_database(conninfo, lambda database: write(database, OutcomeBuffer()))
    message.refresh_from_db()
    assert message.status == "pending"


def test_a_server_notices_a_lost_worker_within_half_a_lease(tmp_path: Path) -> None:
    server = TcpPostgres(tmp_path)
    server.start()
    try:
        shown = asyncio.run(show_of_tcp(server.url_of("postgres")))
    finally:
        server.stop()
    idle, interval, count = (int(shown[f"tcp_keepalives_{name}"]) for name in ("idle", "interval", "count"))
    assert 0 < idle + interval * count <= 15
    assert shown["tcp_user_timeout"] == "15000"


async def show_of_tcp(conninfo: str) -> dict[str, str]:
    async def read(cursor: psycopg.AsyncCursor[Any]) -> dict[str, str]:
        await cursor.execute("SELECT name, setting FROM pg_settings WHERE starts_with(name, 'tcp_')")
        return dict(await cursor.fetchall())

    database = Database(conninfo, worker="worker", gateway_id=1, lease_seconds=30)
    try:
        return await database.call(read)
    finally:
        await database.close()


def test_what_the_url_says_of_a_connection_stays(conninfo: str) -> None:
    with_options = make_conninfo(conninfo, options="-c work_mem=7MB")

    async def read(cursor: psycopg.AsyncCursor[Any]) -> list[Any]:
        await cursor.execute("SELECT current_setting('work_mem'), current_setting('statement_timeout')")
        return await cursor.fetchall()

    assert on_database(with_options, lambda database: database.call(read)) == [("7MB", "30s")]
