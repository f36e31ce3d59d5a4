"""Ends connections whose other side reads nothing. Only the kernel notices, if the socket is set to.

The server owns the sockets and has no setting for it, so they are found among the process's descriptors.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

DESCRIPTORS = Path("/proc/self/fd")
FAMILIES = (socket.AF_INET, socket.AF_INET6)
# Seconds of silence, and then between three probes: the other machine may have vanished.
KEEPALIVE = {socket.TCP_KEEPIDLE: 30, socket.TCP_KEEPINTVL: 10, socket.TCP_KEEPCNT: 3}


def bound_unread_downloads(seconds: float) -> None:
    """On Linux: let each connection of a caller break when nothing has been read from it for so long."""
    with ExitStack() as stack:
        found = [stack.enter_context(each) for each in _sockets()]
        ports = {each.getsockname()[1] for each in found if _listens(each)}
        for each in found:
            if each.getsockname()[1] in ports:
                _bound(each, seconds)


def _sockets() -> Iterator[socket.socket]:
    for path in DESCRIPTORS.iterdir() if DESCRIPTORS.is_dir() else ():
        found = _socket(path)
        if found is None:
            continue
        if found.family in FAMILIES and found.type == socket.SOCK_STREAM:
            yield found
        else:
            found.close()


def _socket(path: Path) -> socket.socket | None:
    """Return a second handle of it: closing it leaves the server's own open."""
    try:
        if not path.is_socket():
            return None
        descriptor = os.dup(int(path.name))
    except OSError:  # closed by now
        return None
    try:
        return socket.socket(fileno=descriptor)
    except OSError:  # something else has its number by now
        os.close(descriptor)
        return None


def _listens(found: socket.socket) -> bool:
    return bool(found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN))


def _bound(found: socket.socket, seconds: float) -> None:
    found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for option, value in KEEPALIVE.items():
        found.setsockopt(socket.IPPROTO_TCP, option, value)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(seconds * 1000))
