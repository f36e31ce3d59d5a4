"""Questions to the service's own web server: no proxy, and nothing that a library for all servers loads."""

import json
import socket
from urllib.parse import urlsplit


def workers_hear(url: str) -> bool:
    """Whether `/health/ready` says that a worker has heard a call."""
    try:
        return bool(json.loads(body_of(url, timeout_seconds=3))["checks"]["workers"] == "ok")
    except (ValueError, KeyError, TypeError):
        return False


def responds(url: str) -> bool:
    """Whether anything at all comes back: an error page is a running server, too."""
    return get(url, timeout_seconds=2).startswith(b"HTTP/")


def body_of(url: str, *, timeout_seconds: float) -> bytes:
    """Of the response; empty where there is none."""
    return get(url, timeout_seconds=timeout_seconds).partition(b"\r\n\r\n")[2]


def get(url: str, *, timeout_seconds: float) -> bytes:
    """The whole response, head and body; empty where there is none."""
    parts = urlsplit(url)
    request = f"GET {parts.path} HTTP/1.0\r\nHost: {parts.netloc}\r\n\r\n"
    try:
        with socket.create_connection((parts.hostname, parts.port), timeout=timeout_seconds) as connection:
            connection.sendall(request.encode())
            return b"".join(iter(lambda: connection.recv(65_536), b""))
    except OSError:
        return b""
