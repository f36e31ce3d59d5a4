"""Requests to one gateway over kept connections."""

import asyncio
from collections.abc import Mapping

from notification_service.delivery.outcome import TOO_LATE, MayStart, NoResponse, Response, always
from notification_service.delivery.wire.connection import BROKE
from notification_service.delivery.wire.dial import Dialer, NotConnected
from notification_service.delivery.wire.pool import Pool
from notification_service.delivery.wire.settings import WireSettings
from notification_service.delivery.wire.target import Target, header_lines
from notification_service.mailings.reasons import Reason, Why


class Wire:
    """For one event loop. `headers` are in every request."""

    def __init__(
        self, target: Target, settings: WireSettings, *, headers: Mapping[str, str], method: str = "POST"
    ) -> None:
        """Opens no connection. Raises ValueError for a header that cannot be sent, OSError for TLS."""
        self._target, self._settings = target, settings
        self._dialer = Dialer(target, settings)
        # A body is not decompressed: a gateway's gzip bomb is at most 64 KiB to us.
        usual = {"User-Agent": "notification-service", "Accept": "*/*", "Accept-Encoding": "identity"}
        given = {name.lower() for name in headers}
        usual = {name: value for name, value in usual.items() if name.lower() not in given}
        self._headers = header_lines({"Host": target.authority, **usual, **headers})
        self._base = target.path
        if settings.proxy and not target.is_tls:
            self._base = target.origin + target.path
            if settings.proxy.authorization:
                self._headers += b"Proxy-Authorization: " + settings.proxy.authorization + b"\r\n"
        self._method, self._has_body = method, method != "GET"
        self._loop: asyncio.AbstractEventLoop | None = None  # Python 3.11 asks the kernel each time
        self._pool = Pool()

    async def ask(
        self,
        path: str,
        body: bytes,
        *,
        headers: bytes = b"",
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Response | NoResponse:
        """`path` is added to the target's, and may be empty; `headers` are this request's own lines.

        If time has passed before the request starts, `may_start` is called; if it returns False, the result
        is TOO_LATE.
        """
        loop = self._loop = self._loop or asyncio.get_running_loop()
        deadline = loop.time() + self._settings.request_timeout_seconds
        try:
            request = self._request(path, body, headers, traceparent)
        except UnicodeEncodeError:
            return NoResponse(Why(Reason.REQUEST_NOT_BUILT), maybe_taken=False)
        while connection := self._pool.take(loop.time()):
            result = await connection.ask(request, deadline=deadline)
            if isinstance(result, Response):
                self._pool.keep(connection, loop)
                return result
            if result.maybe_taken or loop.time() >= deadline:
                if result.reason == BROKE and result.partial is None:
                    self._pool.note_break(loop.time())
                return result
            if not may_start():
                return TOO_LATE
        try:
            connection = await self._dialer.connect(deadline=deadline)
        except NotConnected as error:
            return NoResponse(error.reason, maybe_taken=False)
        result = await connection.ask(request, deadline=deadline) if may_start() else TOO_LATE
        self._pool.keep(connection, loop)
        return result

    def close(self) -> None:
        self._dialer.close()
        self._pool.close()

    def _request(self, path: str, body: bytes, headers: bytes, traceparent: str) -> bytes:
        target = f"{self._base}{path}" or "/"
        length = f"Content-Length: {len(body)}\r\n" if self._has_body else ""
        head = f"{self._method} {target} HTTP/1.1\r\n{length}".encode("ascii")
        if traceparent:
            head += f"traceparent: {traceparent}\r\n".encode("ascii")
        return head + self._headers + headers + b"\r\n" + body
