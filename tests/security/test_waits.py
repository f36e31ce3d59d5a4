"""No request waits without an end: for a database that is silent, nor for a reader who does not read."""

import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

import psutil
import pytest

from notification_service.access.models import ApiKey
from notification_service.api.request_limits import THREADS
from notification_service.directory.models import Client
from notification_service.standalone.postgres.server import EmbeddedPostgres
from tests.factories import make_clients_in_bulk
from tests.journeys.conftest import database_conninfo
from tests.security.test_doors import caller
from tests.security.web_server import SECRET_KEY, WebServer, running
from tests.standalone.waiting import wait_for

DOWNLOADS = 2  # of one address
SMALL = 4096


@pytest.fixture
def web_server(transactional_db: None, tmp_path: Path) -> Iterator[WebServer]:
    urls = {"DATABASE_URL": database_conninfo(), "BROKER_URL": "redis://127.0.0.1:1/0"}
    limits = {"STATEMENT_TIMEOUT_SECONDS": "1", "UNREAD_DOWNLOAD_SECONDS": "3"}
    with running(tmp_path, **urls, **limits) as server:
        yield server


@contextmanager
def begun(
    server: WebServer, count: int, *request: str, receive_buffer: int = 0
) -> Iterator[list[socket.socket]]:
    """So many of the same request, whose answers wait to be read."""
    with ExitStack() as stack:
        call = partial(server.begin, *request, receive_buffer=receive_buffer)
        yield [stack.enter_context(call()) for _ in range(count)]


@contextmanager
def frozen(server: EmbeddedPostgres | None) -> Iterator[None]:
    """Its processes stop, and their connections stay: the kernel acknowledges whatever is sent."""
    if server is None:
        pytest.skip("the database of DATABASE_URL is not ours to freeze")
    postmaster = psutil.Process(server_pid(server))
    postmaster.suspend()
    backends = postmaster.children(recursive=True)
    for process in backends:
        process.suspend()
    try:
        yield
    finally:
        for process in (*backends, postmaster):
            process.resume()


def server_pid(server: EmbeddedPostgres) -> int:
    (lines,) = [path.read_text() for path in server.data_dir.rglob("postmaster.pid")]
    return int(lines.splitlines()[0])


def test_a_silent_database_ends_no_answers(
    web_server: WebServer, postgres_server: EmbeddedPostgres | None
) -> None:
    key = f"Authorization: Bearer {ApiKey.issue(name='any', scope='read')[1]}"
    clients = ("GET /api/clients/", key, "Connection: close")
    with begun(web_server, THREADS, *clients) as warm:
        assert {status_of(connection) for connection in warm} == {(200, None)}
    with frozen(postgres_server), begun(web_server, 2 * THREADS, *clients) as waiting:
        assert web_server.ask("GET /health/live")[0] == 200
        assert web_server.ask("GET /health/ready")[0] == 503
        assert {status_of(connection) for connection in waiting} == {(503, "5")}
        assert web_server.ask("GET /login/")[0] == 200
    wait_for(lambda: web_server.ask("GET /api/clients/", key)[0] == 200, seconds=30)


def status_of(connection: socket.socket) -> tuple[int, str | None]:
    """And when the caller is to come again."""
    with HTTPResponse(connection) as answer:
        answer.begin()
        return answer.status, answer.getheader("Retry-After")


@pytest.fixture
def operator(settings: Any, web_server: WebServer) -> str:
    """The cookie of one who is logged in."""
    settings.SECRET_KEY = SECRET_KEY
    return f"Cookie: sessionid={caller('operator').cookies['sessionid'].value}"


def test_downloads_that_nobody_reads_leave_room_and_end(web_server: WebServer, operator: str) -> None:
    make_clients_in_bulk(10_000)
    Client.objects.update(attributes={"about": "x" * 900})
    with begun(web_server, THREADS, "GET /clients.csv", operator, receive_buffer=SMALL) as downloads:
        statuses = Counter(status_line(connection) for connection in downloads)
        assert statuses == {200: DOWNLOADS, 503: THREADS - DOWNLOADS}
        assert web_server.ask("GET /health/live")[0] == 200
        assert web_server.ask("GET /login/")[0] == 200
        # As soon as the kernel has given up the others.
        wait_for(lambda: web_server.ask("GET /clients.csv", operator)[0] == 200, seconds=60)


def test_files_that_nobody_reads_take_no_thread(web_server: WebServer) -> None:
    file = "GET /static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
    with begun(web_server, 2 * THREADS, file, receive_buffer=SMALL) as connections:
        for connection in connections:
            assert status_line(connection) == 200
        assert web_server.ask("GET /login/")[0] == 200


def status_line(connection: socket.socket) -> int:
    return int(connection.recv(len(b"HTTP/1.1 200")).split()[1])
