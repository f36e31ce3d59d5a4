"""From a target to a connection: its addresses, the first one that accepts, a proxy, TLS."""

import asyncio
import re
import socket
import ssl

import aiofastnet
from aiohappyeyeballs import start_connection

from notification_service.delivery.wire.addresses import Addresses, NotResolved
from notification_service.delivery.wire.connection import Connection
from notification_service.delivery.wire.settings import Proxy, WireSettings
from notification_service.delivery.wire.target import Target
from notification_service.mailings.reasons import Reason, Why, explained
from notification_service.tls import client_context

HAPPY_EYEBALLS_SECONDS = 0.25  # before the next address is tried in parallel (RFC 8305)
MAX_PROXY_HEAD_BYTES = 16 * 1024
PROXY_STATUS = re.compile(rb"[^ ]* ([0-9]{3})(?![0-9])")


class NotConnected(Exception):  # noqa: N818
    """No byte of the request has left."""

    def __init__(self, reason: Why) -> None:
        super().__init__(str(reason))
        self.reason = reason


class Dialer:
    def __init__(self, target: Target, settings: WireSettings) -> None:
        self._target, self._settings = target, settings
        self._tls = _tls(settings) if target.is_tls else None
        proxy = settings.proxy
        host, port = (proxy.host, proxy.port) if proxy else (target.host, target.port)
        # If a proxy looks up the name, it also decides about addresses.
        is_allowed = None if proxy else settings.is_allowed
        self._addresses = Addresses(host, port, is_allowed=is_allowed)

    async def connect(self, *, deadline: float) -> Connection:
        """Return a connection before the deadline, in the loop's time. Raises NotConnected."""
        latest = asyncio.get_running_loop().time() + self._settings.connect_timeout_seconds
        try:
            async with asyncio.timeout_at(min(latest, deadline)):
                return await self._connect()
        except TimeoutError:
            raise NotConnected(Why(Reason.CONNECT_TIMEOUT)) from None
        except ssl.SSLError as error:
            raise NotConnected(explained(Reason.TLS_ERROR, _tls_cause(error))) from None
        except OSError as error:
            raise NotConnected(_cause(error)) from None

    def close(self) -> None:
        self._addresses.close()

    async def _connect(self) -> Connection:
        sock = await start_connection(
            await self._addresses.get(), happy_eyeballs_delay=HAPPY_EYEBALLS_SECONDS
        )
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._settings.proxy and self._tls:
                await _open_tunnel(sock, self._target, self._settings.proxy)
            return await self._connection_on(sock)
        except BaseException:
            sock.close()
            raise

    async def _connection_on(self, sock: socket.socket) -> Connection:
        loop = asyncio.get_running_loop()
        connection = Connection(
            sock, is_tls=self._tls is not None, max_body_bytes=self._settings.max_body_bytes
        )
        try:
            if self._tls is None:
                await loop.create_connection(lambda: connection, sock=sock)
            else:
                await aiofastnet.create_connection(
                    loop, lambda: connection, sock=sock, ssl=self._tls, server_hostname=self._target.host
                )
        except BaseException:
            connection.close()
            raise
        return connection


def _tls(settings: WireSettings) -> ssl.SSLContext:
    return client_context(ca=settings.ca, certificate=settings.certificate, key=settings.key)


async def _open_tunnel(sock: socket.socket, target: Target, proxy: Proxy) -> None:
    """CONNECT (RFC 9110, 9.3.6). Raises NotConnected, and OSError."""
    loop = asyncio.get_running_loop()
    host = f"[{target.host}]" if ":" in target.host else target.host
    authority = f"{host}:{target.port}".encode()
    head = b"CONNECT " + authority + b" HTTP/1.1\r\nHost: " + authority + b"\r\n"
    if proxy.authorization:
        head += b"Proxy-Authorization: " + proxy.authorization + b"\r\n"
    await loop.sock_sendall(sock, head + b"\r\n")
    received = b""
    while b"\r\n\r\n" not in received:
        data = await loop.sock_recv(sock, 4096)
        received += data
        if not data or len(received) > MAX_PROXY_HEAD_BYTES:
            raise NotConnected(Why(Reason.PROXY_SILENT))
    status = PROXY_STATUS.match(received)
    if status is None:
        raise NotConnected(Why(Reason.PROXY_SILENT))
    if status[1] != b"200":
        raise NotConnected(Why(Reason.PROXY_STATUS, int(status[1])))


def _tls_cause(error: ssl.SSLError) -> str:
    """Return the cause in OpenSSL's words."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return (error.reason or str(error)).replace("_", " ").lower()


def _cause(error: OSError) -> Why:
    if isinstance(error, NotResolved):
        return Why(error.reason)
    if isinstance(error, ConnectionRefusedError):
        return Why(Reason.CONNECTION_REFUSED)
    if isinstance(error, ConnectionError) and not error.strerror:
        return Why(Reason.CONNECTION_REFUSED)
    return explained(Reason.NO_CONNECTION, error.strerror or str(error))
