"""A connection of the library that also responds to a sender that closed its side, and to non-HTTP."""

import asyncio
from collections.abc import Callable
from typing import Final

from aiohttp import hdrs, web
from aiohttp.http import HttpVersion11
from aiohttp.http_exceptions import LineTooLong

_MAX_LINE_BYTES: Final = 64 * 1024  # of the request line, and of each header
_LINGER_SECONDS: Final = 1.0
_IDLE_CHECK_SECONDS: Final = 0.02

Refuse = Callable[[int, str], web.StreamResponse]


class Request(web.BaseRequest):
    @property
    def keep_alive(self) -> bool:
        """Do not keep the connection of an old client, or of one that wants another protocol."""
        is_plain = self.version >= HttpVersion11 and self.method != "CONNECT"
        return is_plain and hdrs.UPGRADE not in self.headers and super().keep_alive


class ServerConnection(web.RequestHandler):
    """`refuse` makes the response to an unreadable request."""

    __slots__ = ("_ignores_input", "_peer_is_done", "_refuse")

    def __init__(self, server: web.Server, *, refuse: Refuse) -> None:
        super().__init__(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type]  # for the library this means none
            auto_decompress=False,
            lingering_time=0,
            max_line_size=_MAX_LINE_BYTES,
            max_field_size=_MAX_LINE_BYTES,
        )
        self._refuse = refuse
        self._ignores_input = False
        self._peer_is_done = False

    def data_received(self, data: bytes) -> None:
        if not self._ignores_input:
            super().data_received(data)

    def resume_reading(self, resume_parser: bool = True) -> None:  # noqa: FBT001, FBT002 - the library's
        """Called at each read of a body, usually with nothing paused: it took a tenth of a request's time."""
        if self._reading_paused:
            super().resume_reading(resume_parser)

    def eof_received(self) -> bool:  # type: ignore[override]  # True keeps the transport open, as in asyncio
        """A sender that has closed its side may still read the responses that are due."""
        self._peer_is_done = True
        self._close_when_idle()
        return not self._ignores_input

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        if isinstance(exc, LineTooLong):
            return self._refuse(431, "a line of the head is over 64 KiB")
        if status == 400:
            return self._refuse(400, "malformed HTTP")
        return super().handle_error(request, status, exc, message)

    async def hang(self) -> None:
        """Ignore what arrives; only the end of the connection cancels this."""
        self._ignores_input = True
        if self._peer_is_done:
            self.force_close()
        await asyncio.Event().wait()

    async def linger(self) -> None:
        """Close when the peer does: closing while it still sends would be a reset."""
        self._ignores_input = True
        if self.transport and not self._peer_is_done:
            self.transport.write_eof()
            await asyncio.sleep(_LINGER_SECONDS)

    def _close_when_idle(self) -> None:
        request = self._current_request
        is_half_read = request is not None and not request.content.is_eof()
        if is_half_read or (self._waiter is not None and not self._messages):
            self.force_close()
        elif self.transport is not None:
            self._loop.call_later(_IDLE_CHECK_SECONDS, self._close_when_idle)
