"""A pooler before PostgreSQL that knows as few startup parameters as pgbouncer does with its defaults."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from notification_service.standalone.processes.free_port import LOOPBACK

KNOWN = {"user", "database", "client_encoding", "datestyle", "timezone", "application_name"}
ENCRYPTION = {80877103, 80877104}  # TLS, GSSAPI
CANCELLING = 80877102


@contextmanager
def pooler(*, socket_folder: str, server_port: str) -> Iterator[int]:
    """The port at which it listens, for connections without encryption."""
    path = str(Path(socket_folder) / f".s.PGSQL.{server_port}")
    with socket.create_server((LOOPBACK, 0)) as server:
        threading.Thread(target=_serve, args=(server, path), daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def _serve(server: socket.socket, path: str) -> None:
    while True:
        try:
            caller, _ = server.accept()
        except OSError:
            return
        threading.Thread(target=_serve_one, args=(caller, path), daemon=True).start()


def _serve_one(caller: socket.socket, path: str) -> None:
    with caller, socket.socket(socket.AF_UNIX) as database:
        startup = _startup(caller)
        if unknown := _parameters(startup) - KNOWN:
            caller.sendall(_refusal(f"unsupported startup parameter: {min(unknown)}"))
            return
        database.connect(path)
        database.sendall(startup)
        back = threading.Thread(target=_pump, args=(database, caller), daemon=True)
        back.start()
        _pump(caller, database)
        back.join()


def _startup(caller: socket.socket) -> bytes:
    while True:
        head = caller.recv(8, socket.MSG_WAITALL)
        length, code = struct.unpack("!ii", head)
        if code not in ENCRYPTION:
            return head + caller.recv(length - len(head), socket.MSG_WAITALL)
        caller.sendall(b"N")


def _parameters(startup: bytes) -> set[str]:
    if struct.unpack("!i", startup[4:8])[0] == CANCELLING:
        return set()
    return {name.decode().lower() for name in startup[8:].split(b"\0")[:-2:2]}


def _refusal(message: str) -> bytes:
    fields = b"".join(
        f"{key}{text}\0".encode() for key, text in (("S", "FATAL"), ("C", "08P01"), ("M", message))
    )
    return b"E" + struct.pack("!i", len(fields) + 5) + fields + b"\0"


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while block := source.recv(65536):
            target.sendall(block)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass
