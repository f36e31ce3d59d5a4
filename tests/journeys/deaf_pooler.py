"""A pooler that gives each transaction another session, as pgbouncer does in that mode: it tells nobody.

It passes one session on, and keeps back what a pooled one would never hear; like pgbouncer it names sessions
by numbers of its own.
"""

import contextlib
import socket
import struct
import threading

from notification_service.standalone.processes.free_port import LOOPBACK

KEY, NOTIFICATION = b"K", b"A"


class DeafPooler:
    """`server` is the path of PostgreSQL's socket. Unless it is known, it passes the server's numbers on."""

    def __init__(self, server: str) -> None:
        self._server = server
        self.is_known = True
        self.kept_back = 0
        self._listener = socket.create_server((LOOPBACK, 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                server = socket.socket(socket.AF_UNIX)
                server.connect(self._server)
                for source, target in ((caller, server), (server, caller)):
                    copy = self._copy_answers if source is server else _copy
                    threading.Thread(target=copy, args=(source, target), daemon=True).start()

    def _copy_answers(self, server: socket.socket, caller: socket.socket) -> None:
        with server, server.makefile("rb") as answers:
            with contextlib.suppress(OSError, struct.error):
                while kind := answers.read(1):
                    length = answers.read(4)
                    body = answers.read(struct.unpack("!i", length)[0] - 4)
                    if kind == NOTIFICATION:
                        self.kept_back += 1
                        continue
                    if kind == KEY and self.is_known:
                        body = struct.pack("!i", 1) + body[4:]
                    caller.sendall(kind + length + body)
            _shut(caller)


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Each end is closed by who reads it."""
    with source:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                target.sendall(data)
        _shut(target)


def _shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
