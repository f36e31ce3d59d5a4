"""One connection to a gateway: one request at a time, and what the kernel knows about its bytes."""

import asyncio
import socket
from typing import cast

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.delivery.wire.response_reader import ResponseReader, UnreadableResponse
from notification_service.delivery.wire.tcp_state import tcp_bytes
from notification_service.mailings.reasons import Reason, Why

NO_RESPONSE_IN_TIME = Why(Reason.RESPONSE_TIMEOUT)
BROKE = Why(Reason.CONNECTION_BROKE)

Result = Response | NoResponse


class Connection(asyncio.Protocol):
    def __init__(self, sock: socket.socket, *, is_tls: bool, max_body_bytes: int) -> None:
        self._loop = asyncio.get_running_loop()
        self._sock = sock
        self._reader = ResponseReader(max_body_bytes=max_body_bytes)
        self._transport: asyncio.Transport | None = None
        self._result: asyncio.Future[Result] | None = None
        self._deadline = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._is_tls = is_tls
        self._sent_before = 0  # bytes that the kernel had sent before the present request
        self._has_ended = False  # the other side sends no more
        self.is_usable = False  # connected, and ready for a request
        self.idle_since = 0.0

    async def ask(self, request: bytes, *, deadline: float) -> Result:
        """Make a request; `deadline` is in the loop's time.

        With `maybe_taken` false in the result, none of its bytes can have been read.
        """
        if not self.is_usable:  # the other side has sent something first, or is gone
            return NoResponse(BROKE, maybe_taken=False)
        assert self._transport
        self._result = self._loop.create_future()
        self._deadline = deadline
        if self._timer is None:
            self._timer = self._loop.call_at(deadline, self._look_at_deadline)
        if self._is_tls:  # without TLS, the kernel sends exactly what we write
            known = tcp_bytes(self._sock)
            self._sent_before = known.sent if known else -1
        self.is_usable = False
        self._transport.write(request)
        try:
            result = await self._result
        except BaseException:  # nobody would read the response
            self.close()
            raise
        self._sent_before += len(request)
        return result

    @property
    def is_busy(self) -> bool:
        """A request waits for its response."""
        return self._result is not None

    def close(self) -> None:
        self.is_usable = False
        self._result = None
        if self._timer:
            self._timer.cancel()
            self._timer = None
        if self._transport:
            self._transport.abort()

    # What the transport calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's has no such parent
        self.is_usable = True
        self.idle_since = self._loop.time()

    def data_received(self, data: bytes) -> None:
        if self._result is None:  # without a request: what comes next cannot be trusted
            self.close()
            return
        try:
            self._reader.feed(data)
        except UnreadableResponse:
            self._fail(BROKE)
            return
        if self._reader.is_complete:
            self._finish()

    def eof_received(self) -> bool:
        self._has_ended = True
        self._end()
        return False

    def connection_lost(self, _error: Exception | None) -> None:
        self._end()

    def _end(self) -> None:
        self.is_usable = False
        if self._result is None:
            return
        self._reader.end()
        if self._reader.is_complete:
            self._finish()
        else:
            self._fail(BROKE)

    def _finish(self) -> None:
        assert self._transport
        may_continue = self._reader.may_continue and not self._has_ended
        # A gateway that responded before it had the whole request may read the rest as another request.
        may_continue = may_continue and self._transport.get_write_buffer_size() == 0
        self._resolve(self._reader.take())
        if may_continue:
            self.is_usable = True
            self.idle_since = self._loop.time()
        else:
            self.close()

    def _look_at_deadline(self) -> None:
        """One timer serves many requests: if the deadline has moved, the timer is set again."""
        self._timer = None
        if self._result is None:
            return
        if self._loop.time() < self._deadline:
            self._timer = self._loop.call_at(self._deadline, self._look_at_deadline)
        else:
            self._fail(NO_RESPONSE_IN_TIME)

    def _fail(self, reason: Why) -> None:
        maybe_taken = self._reader.has_begun or self._may_have_been_read()
        partial = self._reader.take() if self._reader.has_head else None
        self._resolve(NoResponse(reason, maybe_taken=maybe_taken, partial=partial))
        self.close()

    def _may_have_been_read(self) -> bool:
        """Return whether the other side may have read a byte of the present request.

        It cannot if none has left. Nor if the other side closed in good order, because it then said how much
        it had received, and nothing of the request was among it.
        """
        known = tcp_bytes(self._sock)
        if known is None or self._sent_before < 0:
            return True
        if known.sent <= self._sent_before:
            return False
        return not (self._has_ended and known.acknowledged <= self._sent_before)

    def _resolve(self, result: Result) -> None:
        pending, self._result = self._result, None
        if pending and not pending.done():
            pending.set_result(result)
