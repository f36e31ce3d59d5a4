"""Which TCP ports are free, found by binding them."""

import contextlib
import socket
from collections.abc import Container
from pathlib import Path

from notification_service.standalone.private_files import write_private_file

LOOPBACK = "127.0.0.1"
NEXT_PORTS = 100  # to be looked at


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with contextlib.suppress(OSError, UnicodeError):  # a name that is none
        try_to_bind(host, port)
        return True
    return False


def try_to_bind(host: str, port: int) -> None:
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    with socket.socket(family, kind, protocol) as probe:
        # As servers do it, so that connections in TIME_WAIT do not count as a server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(address)


def any_free_port() -> int:
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
        return port


def first_free_port(preferred: int, *, host: str = LOOPBACK, others: Container[int] = ()) -> int | None:
    """That one or one of the next that is free, and is none of the others."""
    candidates = range(preferred, min(preferred + NEXT_PORTS, 65_536))
    return next((port for port in candidates if port not in others and is_free(port, host)), None)


def kept_port(path: Path) -> int:
    """Return the port in the file, or a new one if there is none or it is in use."""
    with contextlib.suppress(OSError, ValueError):
        port = int(path.read_text(encoding="utf-8"))
        if is_free(port):
            return port
    port = any_free_port()
    write_private_file(path, str(port))
    return port
