"""One connection: has its requests answered in order, and puts the answers on the wire.

It holds little more than it reads in one go: while an answer is due, or the other side does not read, nothing
further is read.
"""

import asyncio
import socket
import struct
from functools import partial
from typing import Final, Protocol, assert_never

from .request_reader import Request, RequestReader
from .responses import Manner, Response

_LINGER_SECONDS: Final = 1.0
_LINGER_ZERO: Final = struct.pack("ii", 1, 0)


class Application(Protocol):
    connections: "set[Connection]"

    def answer(self, request: Request) -> Response: ...


class Connection(asyncio.Protocol):
    _transport: asyncio.Transport

    def __init__(self, application: Application) -> None:
        self._application = application
        self._loop = asyncio.get_running_loop()
        self._reader = RequestReader(partial(self._write_interim, b"HTTP/1.1 100 Continue\r\n\r\n"))
        self._waiting = self._reader.waiting
        self._timer: asyncio.TimerHandle | None = None  # set while an answer is due
        self._is_writable = True
        self._is_paused = False
        self._peer_is_done = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # a TCP server's is always both ways
        self._application.connections.add(self)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._application.connections.discard(self)
        self._reader.finish()
        if self._timer:
            self._timer.cancel()

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        self._answer_waiting()

    def eof_received(self) -> bool:
        """A sender who has closed its side may still listen for the answers that are due."""
        self._reader.is_finished = self._peer_is_done = True
        return bool(self._timer or self._waiting)

    def pause_writing(self) -> None:
        self._is_writable = False

    def resume_writing(self) -> None:
        self._is_writable = True
        self._answer_waiting()

    def abort(self) -> None:
        self._transport.abort()

    def _write_interim(self, payload: bytes) -> None:
        if not self._timer:
            self._transport.write(payload)

    def _answer_waiting(self) -> None:
        waiting = self._waiting
        while waiting and self._is_writable and not self._timer and not self._transport.is_closing():
            self._begin_answer(waiting.popleft())
        if bool(waiting) != self._is_paused and not self._transport.is_closing():
            self._is_paused = bool(waiting)
            (self._transport.pause_reading if waiting else self._transport.resume_reading)()

    def _begin_answer(self, request: Request) -> None:
        response = self._application.answer(request)
        if response.delay_seconds:
            self._timer = self._loop.call_later(response.delay_seconds, self._end_delay, request, response)
        else:
            self._put(request, response)

    def _end_delay(self, request: Request, response: Response) -> None:
        self._timer = None
        self._put(request, response)
        self._answer_waiting()

    def _put(self, request: Request, response: Response) -> None:
        match response.manner:
            case Manner.WHOLE:
                self._transport.write(self._payload(request, response))
                self._end_answer(request, response)
            case Manner.TRICKLE:
                self._trickle(request, response, self._payload(request, response))
            case Manner.BROKEN_OFF:
                self._transport.write(response.payload)
                self._close()
            case Manner.RESET:
                self._reset()
            case Manner.NEVER:
                self._fall_silent()
            case _:
                assert_never(response.manner)

    def _payload(self, request: Request, response: Response) -> bytes:
        payload = response.payload
        if response.closes or not request.keeps_alive:
            payload = payload.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        if request.method == b"HEAD":
            payload = payload[: payload.index(b"\r\n\r\n") + 4]
        return payload

    def _trickle(self, request: Request, response: Response, payload: bytes) -> None:
        self._timer = None
        if payload:
            self._transport.write(payload[:1])
            pause = response.trickle_seconds
            self._timer = self._loop.call_later(pause, self._trickle, request, response, payload[1:])
        else:
            self._end_answer(request, response)
            self._answer_waiting()

    def _end_answer(self, request: Request, response: Response) -> None:
        if response.closes:
            self._linger()
        elif not request.keeps_alive or (self._peer_is_done and not self._waiting):
            self._close()

    def _close(self) -> None:
        self._reader.finish()
        self._transport.close()

    def _linger(self) -> None:
        """Close when the peer does: to close on what it still sends would be a reset that eats the answer."""
        self._fall_silent()
        if not self._transport.is_closing():
            self._transport.write_eof()
            self._timer = self._loop.call_later(_LINGER_SECONDS, self.abort)

    def _fall_silent(self) -> None:
        self._reader.finish()
        if self._peer_is_done:
            self._transport.close()

    def _reset(self) -> None:
        self._reader.finish()
        peer: socket.socket = self._transport.get_extra_info("socket")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
        self._transport.abort()
