"""The wire and servers that others have written."""

import asyncio
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from notification_service.delivery.outcome import Response
from tests.delivery.wire.certificates import Authority
from tests.delivery.wire.conftest import Run
from tests.delivery.wire.server import TAKEN, open_wire
from tests.ports import free_port

COUNT, AT_ONCE = 200, 16
LARGE = b'{"text": "' + b"x" * 60_000 + b'"}'

NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; keepalive_requests 50;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} {tls};
    location / {{ default_type application/json; return 200 '{body}'; }}
  }}
}}
"""
WSGI = """
def app(environ, start_response):
    environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "application/json")])
    return [b'{"code"', b": 0}"]
"""
ASGI = """
async def app(scope, receive, send):
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b'{"code"', "more_body": True})
    await send({"type": "http.response.body", "body": b": 0}"})
"""


@contextmanager
def running(command: list[str], port: int, folder: Path) -> Iterator[None]:
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_listens(process, port)
        yield
    finally:
        process.terminate()
        process.wait(30)


def _wait_until_it_listens(process: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        assert process.poll() is None, "the server has ended"
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError("the server does not listen")


async def _post_all(url: str, body: bytes, **settings: Any) -> set[Any]:
    wire = open_wire(url, **settings, request_timeout_seconds=60, connect_timeout_seconds=60)
    numbers = iter(range(COUNT))
    found: set[Any] = set()

    async def post() -> None:
        for number in numbers:
            found.add(await wire.ask(f"/v1/send/{number}", body))

    await asyncio.gather(*(post() for _ in range(AT_ONCE)))
    wire.close()
    return found


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
@pytest.mark.parametrize("tls", [False, True], ids=["plain", "TLS"])
def test_nginx_takes_every_request(run: Run, tmp_path: Path, tls: bool) -> None:
    authority, port = Authority(tmp_path), free_port()
    certificate = authority.issue("127.0.0.1")
    listen = f"ssl; ssl_certificate {certificate}; ssl_certificate_key {certificate}" if tls else ""
    config = tmp_path / "nginx.conf"
    config.write_text(NGINX.format(folder=tmp_path, port=port, tls=listen, body=TAKEN.decode()))
    url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
    with running([str(shutil.which("nginx")), "-c", str(config)], port, tmp_path):
        assert run(_post_all(url, b"{}", ca=authority.pem)) == {Response(200, TAKEN)}


@pytest.mark.parametrize(("interface", "source"), [("wsgi", WSGI), ("asgi", ASGI)])
def test_granian_takes_every_request(run: Run, tmp_path: Path, interface: str, source: str) -> None:
    (tmp_path / "application.py").write_text(source)
    port = free_port()
    options = ["--interface", interface, "--host", "127.0.0.1", "--port", str(port), "--http", "1"]
    command = [sys.executable, "-m", "granian", *options, "application:app"]
    with running(command, port, tmp_path):
        assert run(_post_all(f"http://127.0.0.1:{port}", LARGE)) == {Response(200, TAKEN)}


def test_the_standard_library_s_server_takes_every_request(run: Run, tmp_path: Path) -> None:
    """HTTP/1.0, a connection for each request."""
    (tmp_path / "server.py").write_text(
        "import sys\n"
        "from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer\n"
        "class Handler(BaseHTTPRequestHandler):\n"
        "    def do_POST(self):\n"
        "        self.rfile.read(int(self.headers['Content-Length']))\n"
        "        self.send_response(200)\n"
        "        self.end_headers()\n"
        "        self.wfile.write(b'{\"code\": 0}')\n"
        "    def log_message(self, *_): pass\n"
        "ThreadingHTTPServer.request_queue_size = 128\n"
        "ThreadingHTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()\n"
    )
    port = free_port()
    with running([sys.executable, "server.py", str(port)], port, tmp_path):
        assert run(_post_all(f"http://127.0.0.1:{port}", LARGE)) == {Response(200, TAKEN)}
