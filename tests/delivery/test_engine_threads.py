"""The engine, called by one thread after another, as Celery's pool does it."""

import asyncio
import gc
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.engine import Engine
from notification_service.delivery.wire import pool
from notification_service.mailings.models import Attempt, Message
from tests.delivery.wire.certificates import Authority, server_context
from tests.factories import make_message, make_running_mailing


class Takes(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # so that connections are kept

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        body = b'{"code": 0}'
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def gateway_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Of a gateway with TLS."""
    authority = Authority(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    server.daemon_threads = True
    context: ssl.SSLContext = server_context(authority.issue("127.0.0.1"))
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"https://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def engine(conninfo: str, gateway_url: str, settings: Any) -> Iterator[Engine]:
    settings.GATEWAY_URL = gateway_url
    threshold = gc.get_threshold()
    engine = Engine(DeliveryConfig(), conninfo=conninfo)
    yield engine
    for dispatcher in engine._dispatchers.values():
        asyncio.run_coroutine_threadsafe(dispatcher.lane.close(), engine._loop).result()
    engine._loop.call_soon_threadsafe(engine._loop.stop)
    gc.unfreeze()
    gc.set_threshold(*threshold)


def test_a_call_on_another_thread_lets_go_of_connections_that_have_grown_old(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "MAX_IDLE_SECONDS", 0.0)
    mailing = make_running_mailing()

    def call() -> None:
        engine.send_due()
        connection.close()

    with ThreadPoolExecutor(1) as one, ThreadPoolExecutor(1) as another:
        for caller in (one, another):
            make_message(mailing)
            caller.submit(call).result()
    assert [message.status for message in Message.objects.all()] == ["sent", "sent"]
    assert Attempt.objects.count() == 0
