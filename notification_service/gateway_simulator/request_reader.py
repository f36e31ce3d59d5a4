"""Turns the bytes of one connection into whole requests, within limits. It writes and decides nothing."""

from collections import deque
from collections.abc import Callable
from typing import Final

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

MAX_BODY_BYTES: Final = 1024 * 1024
MAX_HEAD_BYTES: Final = 64 * 1024
_MAX_MESSAGE_BYTES: Final = 8 * MAX_BODY_BYTES  # with the framing of small chunks, and trailers


class Request:
    """As read from the wire, header names in lower case. `refused` says why one could not be read."""

    __slots__ = ("body", "headers", "keeps_alive", "method", "refused", "url")

    def __init__(self) -> None:
        self.method = b""
        self.url = b""
        self.headers: dict[bytes, bytes] = {}
        self.body = bytearray()
        self.keeps_alive = True
        self.refused: tuple[int, str] | None = None


class RequestReader:
    """Feeds the parser, whose callbacks put whole requests into `waiting`."""

    def __init__(self, send_continue: Callable[[], None]) -> None:
        self.waiting: deque[Request] = deque()
        self.is_finished = False  # True once nothing more of what arrives matters
        self._send_continue = send_continue
        self._parser = HttpRequestParser(self)
        self._request = Request()
        self._refusal = (400, "malformed HTTP")
        self._in_head = True
        self._fed = 0  # bytes since the last whole request

    def feed(self, received: bytes) -> None:
        if self.is_finished:
            return
        try:
            self._parser.feed_data(received)
            self._limit_size(len(received))
        except HttpParserUpgrade:
            # No other protocol is spoken here: the request is answered, what follows it is not HTTP.
            self.is_finished = True
            self.waiting[-1].keeps_alive = False
        except HttpParserError:
            self._refuse(*self._refusal)

    def finish(self) -> None:
        self.is_finished = True
        self.waiting.clear()

    def on_message_begin(self) -> None:
        self._request = Request()
        self._in_head = True

    def on_url(self, url: bytes) -> None:
        self._request.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._in_head:  # a trailer decides nothing
            self._request.headers[name.lower()] = value

    def on_headers_complete(self) -> None:
        self._in_head = False
        request, headers = self._request, self._request.headers
        is_current = self._parser.get_http_version() == "1.1"
        request.method = self._parser.get_method()
        request.keeps_alive = is_current and self._parser.should_keep_alive()
        if is_current and b"host" not in headers:
            self._stop(400, "no Host")
        if int(headers.get(b"content-length", b"0")) > MAX_BODY_BYTES:
            self._stop(413, "the body is over 1 MiB")
        if b"expect" in headers and not self.waiting:
            self._send_continue()

    def on_body(self, body: bytes) -> None:
        self._request.body += body
        if len(self._request.body) > MAX_BODY_BYTES:
            self._stop(413, "the body is over 1 MiB")

    def on_message_complete(self) -> None:
        self._in_head = True
        self._fed = -1
        self.waiting.append(self._request)

    def _stop(self, status: int, reason: str) -> None:
        self._refusal = status, reason
        raise ValueError(reason)  # the parser stops and raises its own error

    def _limit_size(self, fed: int) -> None:
        # What follows a whole request within one read is not counted: a read is small enough.
        self._fed = self._fed + fed if self._fed >= 0 else 0
        if self._in_head and self._fed > MAX_HEAD_BYTES:
            self._refuse(431, "the head is over 64 KiB")
        elif self._fed > _MAX_MESSAGE_BYTES:
            self._refuse(413, "the request is over 8 MiB")

    def _refuse(self, status: int, reason: str) -> None:
        self.is_finished = True
        self._request.refused = status, reason
        self.waiting.append(self._request)
