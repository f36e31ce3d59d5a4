"""Another system that is told: an HTTP server that keeps what it gets, and answers as a test wants."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook as Verifier

Answer = tuple[int, dict[str, str], str]


@dataclass(frozen=True, slots=True)
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def event(self) -> dict[str, Any]:
        event: dict[str, Any] = json.loads(self.body)
        return event

    def verified_by(self, secret: str) -> Any:
        """The event, by the library of Standard Webhooks. Raises its WebhookVerificationError."""
        return Verifier(secret).verify(self.body.decode(), self.headers)


def ok(_: Received) -> Answer:
    return 204, {}, ""


def status(code: int, **headers: str) -> Callable[[Received], Answer]:
    return lambda _: (code, headers, "no")


@dataclass
class Receiver:
    url: str = ""
    received: list[Received] = field(default_factory=list)
    answer: Callable[[Received], Answer] = ok
    connections: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [each.event for each in self.received]

    @property
    def types(self) -> list[str]:
        return [event["type"] for event in self.events]

    def wait_for(self, is_there: Callable[[list[Received]], bool], seconds: float = 60) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: is_there(self.received), seconds), self.types[-20:]


@contextmanager
def receiver(port: int = 0) -> Iterator[Receiver]:
    found = Receiver()
    open_ones: list[socket.socket] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def setup(self) -> None:
            super().setup()
            found.connections += 1
            open_ones.append(self.connection)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            request = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            code, headers, text = found.answer(request)
            with found.changed:
                found.received.append(request)
                found.changed.notify_all()
            self.send_response(code)
            for name, value in headers.items():
                self.send_header(name.replace("_", "-"), value)
            if code != 204 and "Content_Length" not in headers:
                self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text.encode() if code != 204 else b"")

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        block_on_close = False
        allow_reuse_address = True

        def handle_error(self, *_: Any) -> None:
            """Its caller may have gone."""

    server = Server(("127.0.0.1", port), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        for each in open_ones:  # those that are kept would be answered still
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        thread.join()
