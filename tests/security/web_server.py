"""The web server as `manage.py up` starts it, and callers who do not speak as a browser would."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path

from notification_service.standalone.local_http import responds
from notification_service.standalone.processes.free_port import LOOPBACK
from notification_service.standalone.services import Services
from notification_service.standalone.web_address import WebAddress
from tests.deploy.files import ROOT
from tests.ports import free_port
from tests.standalone.waiting import wait_for

# What no server of ours gave: Django takes any of this form, and then reads the body for the other half.
CSRF_COOKIE = "csrftoken=abcdefghijklmnopqrstuvwxyzabcdef"
SECRET_KEY = "k" * 50
FORM = f"Content-Type: application/x-www-form-urlencoded\r\nCookie: {CSRF_COOKIE}"


@dataclass(frozen=True, slots=True)
class WebServer:
    port: int
    log_path: Path

    def call(self, *, receive_buffer: int = 0) -> socket.socket:
        connection = socket.socket()
        if receive_buffer:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        connection.settimeout(30)
        connection.connect((LOOPBACK, self.port))
        return connection

    def begin(
        self, request_line: str, *headers: str, body: bytes = b"", receive_buffer: int = 0
    ) -> socket.socket:
        """Say so much of a request; whoever gets the connection goes on, or does not."""
        connection = self.call(receive_buffer=receive_buffer)
        lines = (f"{request_line} HTTP/1.1", f"Host: {LOOPBACK}:{self.port}", *headers, "", "")
        connection.sendall("\r\n".join(lines).encode("latin-1") + body)
        return connection

    def ask(self, request_line: str, *headers: str, body: bytes = b"") -> tuple[int, bytes]:
        with self.begin(request_line, *headers, "Connection: close", body=body) as connection:
            return answer_to(connection)


def answer_to(connection: socket.socket) -> tuple[int, bytes]:
    """The status and the body, which has been read to its end."""
    with HTTPResponse(connection) as answer:
        answer.begin()
        return answer.status, answer.read()


@contextmanager
def running(folder: Path, **environment: str) -> Iterator[WebServer]:
    (folder / "log").mkdir(parents=True, exist_ok=True)
    (folder / "run").mkdir(exist_ok=True)
    address = WebAddress(LOOPBACK, free_port())
    variables = os.environ | {"DATA_DIR": str(folder), "SECRET_KEY": SECRET_KEY} | environment
    child = Services(project_folder=ROOT, data_dir=folder, environment=variables).web(address)
    child.launch()
    try:
        wait_for(lambda: responds(f"{address.url}/health/live"), seconds=60)
        yield WebServer(address.port, folder / "log" / "web.log")
    finally:
        child.stop()
