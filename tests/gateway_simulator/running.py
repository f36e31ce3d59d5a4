"""A simulator to talk to: within the test's process for most, as a process of its own for the rest."""

import asyncio
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import uvloop
from aiohttp.web import BaseRequest, StreamResponse

from notification_service.gateway_simulator.behaviour import Behaviour
from notification_service.gateway_simulator.gateway import SimulatedGateway
from notification_service.gateway_simulator.options import SimulatorOptions
from notification_service.gateway_simulator.server import listening

ROOT = Path(__file__).parents[2]
PHONE = 79161234567
FORM_PATH = "/sms/send"
FORM_TYPE = "application/x-www-form-urlencoded"
PATIENCE_SECONDS = 10

OnRequest = Callable[[BaseRequest], object]


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Simulator:
    host: str
    port: int

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        connection = HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            connection.request(method, path, body, named)
            response = connection.getresponse()
            return Answer(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def send(self, msg_id: int, *, text: str = "Good day", token: str = "any") -> Answer:
        body = send_body(msg_id, text=text)
        return self.ask("POST", f"/v1/send/{msg_id}", body, authorization=f"Bearer {token}")

    def send_form(self, msg_id: int, *, text: str = "Good day", **credentials: str) -> Answer:
        body = form_body(msg_id, text=text, **credentials)
        return self.ask("POST", FORM_PATH, body, content_type=FORM_TYPE)

    def stats(self) -> Any:
        return self.ask("GET", "/_simulator/stats").json

    def requests(self, query: str = "") -> list[Any]:
        return [
            json.loads(line) for line in self.ask("GET", f"/_simulator/requests{query}").body.splitlines()
        ]

    def behave(self, **behaviour: Any) -> Answer:
        return self.ask("PUT", "/_simulator/behaviour", json.dumps(behaviour).encode())

    def connect(self) -> socket.socket:
        return socket.create_connection((self.host, self.port), timeout=PATIENCE_SECONDS)


def send_body(msg_id: int, *, text: str = "Good day") -> bytes:
    return json.dumps({"id": msg_id, "phone": PHONE, "text": text}).encode()


def form_body(msg_id: int, *, text: str = "Good day", **credentials: str) -> bytes:
    fields = {"phones": str(PHONE), "mes": text, "id": str(msg_id), "fmt": "3", "charset": "utf-8"}
    return urlencode({**(credentials or {"apikey": "any"}), **fields}).encode()


def raw_send(msg_id: int, *, headers: str = "") -> bytes:
    body = send_body(msg_id)
    head = f"POST /v1/send/{msg_id} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer any\r\n{headers}"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def read_all(connection: socket.socket) -> bytes:
    """Up to the end of the stream."""
    return b"".join(iter(lambda: connection.recv(65_536), b""))


@contextmanager
def simulator(
    *, token: str | None = None, keep: int = 1000, on_request: OnRequest | None = None, **behaviour: Any
) -> Iterator[Simulator]:
    options = SimulatorOptions(behaviour=Behaviour(**behaviour), token=token, keep=keep)
    with serving(options, on_request) as started:
        yield started


@contextmanager
def serving(options: SimulatorOptions, on_request: OnRequest | None = None) -> Iterator[Simulator]:
    """`on_request` is called, in a thread of its own, before each request is answered."""
    started: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    class WatchedGateway(SimulatedGateway):
        async def respond(self, request: BaseRequest) -> StreamResponse:
            if on_request:
                await asyncio.to_thread(on_request, request)
            return await super().respond(request)

    async def serve() -> None:
        stop = asyncio.Event()
        async with listening(options, WatchedGateway) as (_, url):
            started.set_result((url, asyncio.get_running_loop(), stop))
            await stop.wait()

    thread = threading.Thread(target=uvloop.run, args=[serve()])
    thread.start()
    url, loop, stop = started.result(PATIENCE_SECONDS)
    try:
        yield _at(url)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()


@contextmanager
def simulator_process(*options: str) -> Iterator[tuple[Simulator, subprocess.Popen[str]]]:
    with launch("-m", "notification_service.gateway_simulator", "--port", "0", *options) as process:
        assert process.stdout
        line = process.stdout.readline()
        assert line.startswith("gateway simulator listens on http://127.0.0.1:")
        yield _at(line.split()[-1]), process


@contextmanager
def launch(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def _at(url: str) -> Simulator:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return Simulator(parts.hostname, parts.port)
