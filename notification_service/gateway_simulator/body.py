"""Reads the whole body of a request, within limits."""

from typing import Final

from aiohttp import hdrs, web
from aiohttp.http import HttpVersion11

MAX_BODY_BYTES: Final = 1024 * 1024  # the library's own default
_TOO_LARGE: Final = "the body is over 1 MiB"


class BodyError(ValueError):
    """The request cannot be read, and the connection cannot be used any more."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


async def read_body(request: web.BaseRequest) -> bytes:
    headers = request.headers
    if hdrs.HOST not in headers and request.version == HttpVersion11:
        raise BodyError(400, "no Host")
    if int(headers.get(hdrs.CONTENT_LENGTH, 0)) > MAX_BODY_BYTES:
        raise BodyError(413, _TOO_LARGE)
    if hdrs.EXPECT in headers:
        await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    try:
        return await request.read()
    except web.HTTPRequestEntityTooLarge:
        raise BodyError(413, _TOO_LARGE) from None
    except web.RequestPayloadError:
        raise BodyError(400, "malformed HTTP") from None
