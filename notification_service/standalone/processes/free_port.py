"""Which TCP ports are free, asked by binding them."""

import contextlib
import socket
from pathlib import Path

from notification_service.standalone.private_files import write_private_file

LOOPBACK = "127.0.0.1"


def is_free(port: int, host: str = LOOPBACK) -> bool:
    with contextlib.suppress(OSError):
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


def free_port_near(preferred: int) -> int:
    return preferred if is_free(preferred) else any_free_port()


def kept_port(path: Path) -> int:
    """The port in the file, or a new one when there is none or it has been taken."""
    with contextlib.suppress(OSError, ValueError):
        port = int(path.read_text(encoding="utf-8"))
        if is_free(port):
            return port
    port = any_free_port()
    write_private_file(path, str(port))
    return port
