"""Requests to one gateway over connections that are kept."""

import asyncio
from collections.abc import Mapping

from notification_service.delivery.outcome import TOO_LATE, MayStart, NoResponse, Response, always
from notification_service.delivery.wire.connection import BROKE, Connection
from notification_service.delivery.wire.dial import Dialer, NotConnected
from notification_service.delivery.wire.settings import WireSettings
from notification_service.delivery.wire.target import Target, header_lines
from notification_service.mailings.reasons import Reason, Why

# A server may close a connection that is idle for as long as it likes; many do after 5 seconds.
MAX_IDLE_SECONDS = 4.0
# After a kept connection broke as it was used again: such a gateway gets a new one for each request.
NO_KEEPING_SECONDS = 60.0


class Wire:
    """On one event loop. `headers` go with every request."""

    def __init__(self, target: Target, settings: WireSettings, *, headers: Mapping[str, str]) -> None:
        """Opens no connection. Raises ValueError for a header that cannot be sent, OSError for TLS files."""
        self._target, self._settings = target, settings
        self._dialer = Dialer(target, settings)
        every = {"Host": target.authority, "User-Agent": "notification-service", "Accept": "*/*"}
        # A body is compared as it comes: a gateway's gzip bomb is 64 KiB to us at most.
        self._headers = header_lines({**every, "Accept-Encoding": "identity", **headers})
        self._base = target.path
        if settings.proxy and not target.is_tls:
            self._base = target.origin + target.path
            if settings.proxy.authorization:
                self._headers += b"Proxy-Authorization: " + settings.proxy.authorization + b"\r\n"
        self._kept: list[Connection] = []
        self._keep_from = 0.0
        self._is_closed = False

    async def post(
        self, path: str, body: bytes, *, traceparent: str = "", may_start: MayStart = always
    ) -> Response | NoResponse:
        """`path` is added to the target's, and may be empty.

        `may_start` is asked where time has passed before the request starts; if not, the result is TOO_LATE.
        """
        loop = asyncio.get_running_loop()
        deadline = loop.time() + self._settings.request_timeout_seconds
        try:
            request = self._request(path, body, traceparent)
        except UnicodeEncodeError:
            return NoResponse(Why(Reason.REQUEST_NOT_BUILT), maybe_taken=False)
        while connection := self._take_kept():
            result = await connection.ask(request, deadline=deadline)
            if isinstance(result, Response):
                self._keep(connection)
                return result
            if result.maybe_taken or loop.time() >= deadline:
                self._note_break(result)
                return result
            if not may_start():
                return TOO_LATE
        try:
            connection = await self._dialer.connect(deadline=deadline)
        except NotConnected as error:
            return NoResponse(error.reason, maybe_taken=False)
        result = await connection.ask(request, deadline=deadline) if may_start() else TOO_LATE
        self._keep(connection)
        return result

    def close(self) -> None:
        self._is_closed = True
        self._dialer.close()
        self._close_kept()

    def _request(self, path: str, body: bytes, traceparent: str) -> bytes:
        target = f"{self._base}{path}" or "/"
        head = f"POST {target} HTTP/1.1\r\nContent-Length: {len(body)}\r\n".encode("ascii")
        if traceparent:
            head += f"traceparent: {traceparent}\r\n".encode("ascii")
        return head + self._headers + b"\r\n" + body

    def _take_kept(self) -> Connection | None:
        """The one that was used last: others may grow old, and are closed then."""
        oldest = asyncio.get_running_loop().time() - MAX_IDLE_SECONDS
        while self._kept:
            connection = self._kept.pop()
            if connection.is_usable and connection.idle_since > oldest:
                return connection
            connection.close()
        return None

    def _keep(self, connection: Connection) -> None:
        if not connection.is_usable:
            return
        if self._is_closed or asyncio.get_running_loop().time() < self._keep_from:
            connection.close()
        else:
            self._kept.append(connection)

    def _note_break(self, result: NoResponse) -> None:
        """Of a kept connection, before any response: the gateway may end each one as it is used again."""
        if result.reason == BROKE and result.partial is None:
            self._keep_from = asyncio.get_running_loop().time() + NO_KEEPING_SECONDS
            self._close_kept()

    def _close_kept(self) -> None:
        for connection in self._kept:
            connection.close()
        self._kept.clear()
