"""A proxy before the service that fails as it is told, one request after another, and then passes all on."""

import http.client
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import urlsplit

from tests.ports import free_port

PASSED_ON = ("Content-Type", "ETag", "Retry-After")


@dataclass(frozen=True, slots=True)
class Seen:
    method: str
    path: str
    headers: Message
    at: float


Fault = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    proxy: "FaultyProxy"

    def answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.proxy.seen.append(Seen(self.command, self.path, self.headers, time.monotonic()))
        fault = self.proxy.faults.pop(0) if self.proxy.faults else pass_on
        fault(self)

    do_GET = do_POST = do_PATCH = do_DELETE = answer  # noqa: N815

    def log_message(self, *_args: object) -> None:
        pass

    def from_service(self) -> tuple[int, dict[str, str], bytes]:
        address = urlsplit(self.proxy.service_url).netloc
        with closing(http.client.HTTPConnection(address, timeout=60)) as connection:
            connection.request(self.command, self.path, self.body, dict(self.headers.items()))
            response = connection.getresponse()
            kept = {name: value for name, value in response.getheaders() if name in PASSED_ON}
            return response.status, kept, response.read()

    def write(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def pass_on(handler: Handler) -> None:
    handler.write(*handler.from_service())


def lose_response(handler: Handler) -> None:
    """The service does what it was asked, and nobody hears of it."""
    handler.from_service()


def refuse(status: int, **headers: str) -> Fault:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.write(status, names, b"<h1>not now</h1>")


class FaultyProxy:
    def __init__(self, service_url: str) -> None:
        self.service_url = service_url
        self.faults: list[Fault] = []
        self.seen: list[Seen] = []
        handler = type("BoundHandler", (Handler,), {"proxy": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", free_port()), handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
