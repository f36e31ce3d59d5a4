"""Reads one response after another from a connection's bytes, parsed by httptools; no I/O."""

from functools import lru_cache

import httptools

from notification_service.delivery.outcome import Response
from notification_service.delivery.wire.head_repair import repair

MAX_HEAD_BYTES = 64 * 1024
LENGTHS = (b"content-length", b"transfer-encoding")


class UnreadableResponse(Exception):  # noqa: N818
    """What came is not an HTTP response; `args[0]` says why."""


class ResponseReader:
    """Belongs to a connection, and reads each of its responses in turn."""

    __slots__ = (
        "_body",
        "_head",
        "_is_repaired",
        "_max_body_bytes",
        "_parser",
        "_retry_after",
        "has_begun",
        "has_head",
        "has_length",
        "is_complete",
        "may_continue",
    )

    def __init__(self, *, max_body_bytes: int) -> None:
        self._max_body_bytes = max_body_bytes
        self._parser = _new_parser(self)
        self._reset()

    def _reset(self) -> None:
        self._body = b""
        self._head = b""  # what has come of it so far, in case it must be repaired
        self._is_repaired = False
        self._retry_after: str | None = None
        self.has_begun = False  # a byte of the response has come
        self.has_head = False
        self.has_length = False  # the response says where its body ends
        self.is_complete = False  # all of it has come, or as much as we read of a body
        self.may_continue = False  # the connection may carry another request

    def feed(self, data: bytes) -> None:
        """Read what has come. Raises UnreadableResponse."""
        self.has_begun = True
        if not self.has_head:
            self._head += data
            if len(self._head) > MAX_HEAD_BYTES + self._max_body_bytes:
                raise UnreadableResponse("headers over 64 KiB")
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self.is_complete, self.may_continue = True, False
        except httptools.HttpParserError as error:
            self._recover(error)

    def end(self) -> None:
        """Nothing more comes: a body without a length is complete now."""
        if self.has_head and not self.has_length:
            self.is_complete = True

    def take(self) -> Response:
        """Return what has come of the response. The reader is then ready for the next one."""
        response = Response(self._parser.get_status_code(), self._body, self._retry_after)
        self._reset()
        return response

    def _recover(self, error: Exception) -> None:
        """Begin again with a repaired head, or wait for the rest of a broken one."""
        if self.is_complete:
            self.may_continue = False  # a whole response, and then something else
            return
        if self.has_head or self._is_repaired:
            raise UnreadableResponse(str(error)) from None
        try:
            repaired = repair(self._head)
        except ValueError as unreadable:
            raise UnreadableResponse(str(unreadable)) from None
        if repaired is not None:
            self._is_repaired = True
            self._parser, self.has_length = _new_parser(self), False
            self.feed(repaired)

    # What httptools calls.

    def on_message_begin(self) -> None:
        if self.is_complete:  # a response without a request
            self.may_continue = False

    def on_header(self, name: bytes, value: bytes) -> None:
        kind = _plain_name(name)
        if kind in LENGTHS:
            self.has_length = True
        elif kind == b"retry-after" and value.isascii():
            self._retry_after = value.decode()

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self.has_head = status >= 200 or status == 101
        self._head = b""

    def on_body(self, data: bytes) -> None:
        if self.is_complete:
            return
        self._body = self._body + data if self._body else data
        if len(self._body) >= self._max_body_bytes:
            self._body = self._body[: self._max_body_bytes]
            self.is_complete = True  # and no more is read from the connection

    def on_message_complete(self) -> None:
        if not self.has_head:  # 1xx: the real response is still to come
            self.has_length = False
        elif not self.is_complete:
            self.is_complete = True
            self.may_continue = self._parser.should_keep_alive() and not self._is_repaired


@lru_cache(maxsize=64)  # a gateway's headers have the same names each time
def _plain_name(name: bytes) -> bytes:
    return name.rstrip().lower()


def _new_parser(reader: ResponseReader) -> httptools.HttpResponseParser:
    parser = httptools.HttpResponseParser(reader)
    parser.set_dangerous_leniencies(
        lenient_headers=True,
        lenient_chunked_length=True,
        lenient_data_after_close=True,
        lenient_optional_lf_after_cr=True,
        lenient_optional_cr_before_lf=True,
    )
    return parser
