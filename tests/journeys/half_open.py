"""A connection that one end has lost without the other noticing, as after a firewall or a node went away."""

import contextlib
import socket
import threading

from notification_service.standalone.processes.free_port import LOOPBACK


class HalfOpenable:
    """Passes connections on to a port, or a socket, of this machine, until they are cut or fall silent."""

    def __init__(self, server: int | str) -> None:
        self._server = server
        self._listener = socket.create_server((LOOPBACK, 0))
        self._is_broken = False
        self._callers: list[socket.socket] = []
        self._servers: list[socket.socket] = []
        self._last_word = b""
        self.is_silent = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def fall_silent_after(self, word: bytes) -> None:
        """Once a caller has said this, pass nothing on, either way, and leave both ends open: a power cut."""
        self._last_word = word

    @property
    def port(self) -> int:
        port: int = self._listener.getsockname()[1]
        return port

    def cut(self) -> None:
        """Who has called loses the connection; the server keeps it, in silence. New calls are passed on."""
        for caller in self._callers:
            shut(caller)

    def break_off(self) -> None:
        """Both ends lose every connection, and new calls fail, until `mend`."""
        self._is_broken = True
        for connection in (*self._callers, *self._servers):
            shut(connection)

    def mend(self) -> None:
        self._is_broken = False

    def lead_to(self, server: int | str) -> None:
        """Whoever calls from now on reaches another server."""
        self._server = server
        self.mend()

    def close(self) -> None:
        for connection in (self._listener, *self._callers, *self._servers):
            shut(connection)
            connection.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                caller, _ = self._listener.accept()
                self._callers.append(caller)
                shut(caller) if self._is_broken else self._connect(caller)

    def _connect(self, caller: socket.socket) -> None:
        try:
            server = _connection_to(self._server)
        except OSError:
            shut(caller)
            return
        self._servers.append(server)
        threading.Thread(target=self._pass_on, args=(caller, server), daemon=True).start()
        threading.Thread(target=self._pass_on_to_the_end, args=(server, caller), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if not self.is_silent.is_set():
                    target.sendall(data)
                if self._last_word and self._last_word in data:
                    self.is_silent.set()

    def _pass_on_to_the_end(self, source: socket.socket, target: socket.socket) -> None:
        """A server that dies is noticed by who called it."""
        self._pass_on(source, target)
        shut(target)


def _connection_to(server: int | str) -> socket.socket:
    if isinstance(server, int):
        return socket.create_connection((LOOPBACK, server))
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(server)
    return connection


def shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
