"""A connection that one end has lost without the other noticing, as after a firewall or a node went away."""

import contextlib
import socket
import threading

from notification_service.standalone.processes.free_port import LOOPBACK


class HalfOpenable:
    """Passes connections on to a port of this machine, until they are cut on the caller's side alone."""

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._listener = socket.create_server((LOOPBACK, 0))
        self._is_broken = False
        self._callers: list[socket.socket] = []
        self._servers: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()

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
            server = socket.create_connection((LOOPBACK, self._server_port))
        except OSError:
            shut(caller)
            return
        self._servers.append(server)
        threading.Thread(target=pass_on, args=(caller, server), daemon=True).start()
        threading.Thread(target=pass_on_to_the_end, args=(server, caller), daemon=True).start()


def pass_on(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)


def pass_on_to_the_end(source: socket.socket, target: socket.socket) -> None:
    """A server that dies is noticed by who called it."""
    pass_on(source, target)
    shut(target)


def shut(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
