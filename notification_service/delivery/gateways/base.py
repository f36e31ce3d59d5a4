"""What every kind of gateway is, and the one way its requests go out: Response or NoResponse."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog
from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PoolTimeoutError, PyreqwestError, RequestTimeoutError
from pyreqwest.request import RequestBuilder, StreamRequest
from pyreqwest.response import Response as HttpResponse

from notification_service.delivery.outcome import MAX_RESPONSE_BYTES, NoResponse, Response, Verdict

# The library's exception classes do not tell a connection that failed from one that broke: its
# chain of causes does. Under this cause no byte of the request has left.
NEVER_LEFT = "client error (Connect)"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where a gateway is and how it may be asked; what `url` and `token` mean is its kind's to say."""

    url: str
    token: str = field(repr=False)
    connect_timeout_seconds: float = 3
    request_timeout_seconds: float = 10  # in all, from connecting to the last byte of the response
    max_concurrency: int = 64  # connections kept open at most


class Gateway(Protocol):
    """Another provider is another class with these three methods, made from its settings."""

    async def send(
        self, *, message_id: int, phone: str, text: str, traceparent: str = ""
    ) -> Response | NoResponse:
        """Ask for one message to be sent. Raises nothing for what the wire or the gateway does.

        `traceparent` is a header of the request, where it is not empty.
        """
        ...

    def judge(self, response: Response) -> Verdict:
        """What a response means to this kind of gateway. Pure; the same response means the same always."""
        ...

    async def close(self) -> None: ...


def build_client(settings: GatewaySettings, *, headers: Mapping[str, str]) -> Client:
    """Raises ValueError, without its value, for a header that cannot be sent."""
    builder = ClientBuilder().no_proxy().follow_redirects(False).referer(False)  # noqa: FBT003
    # A body is compared as it comes: a gateway's gzip bomb is 64 KiB to us at most.
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)  # noqa: FBT003
    builder = builder.connect_timeout(timedelta(seconds=settings.connect_timeout_seconds))
    builder = builder.timeout(timedelta(seconds=settings.request_timeout_seconds))
    builder = builder.pool_max_idle_per_host(settings.max_concurrency)
    try:
        return builder.user_agent("notification-service").default_headers(headers).build()
    except ValueError:  # it quotes the header, and that is where a token is
        raise ValueError("the token has characters that no header can carry") from None


async def exchange(build: Callable[[], RequestBuilder], traceparent: str) -> Response | NoResponse:
    """Build a request and make it; every failure of the wire becomes a value here."""
    try:
        request = _finish(build(), traceparent)
    except Exception:  # none has left: a URL, say, that the library does not read
        log.exception("request not built")
        return NoResponse("request cannot be built", maybe_taken=False)
    try:
        async with request as response:
            return Response(response.status, await _read(response), _header(response, "retry-after"))
    except PyreqwestError as error:
        return _no_response(error)


def _finish(request: RequestBuilder, traceparent: str) -> StreamRequest:
    if traceparent:
        request = request.header("traceparent", traceparent)
    return request.build_streamed()


def _header(response: HttpResponse, name: str) -> str | None:
    try:
        return response.get_header(name)
    except ValueError:  # bytes that are no ASCII: a header that cannot be read is none
        return None


async def _read(response: HttpResponse) -> bytes:
    """The body, up to one byte over the limit; a body of a stated, small length takes one call."""
    length = _header(response, "content-length")
    if length is not None and length.isdigit() and int(length[:10]) <= MAX_RESPONSE_BYTES:
        return bytes(await response.bytes())
    body = b""
    while len(body) <= MAX_RESPONSE_BYTES:
        chunk = await response.body_reader.read(MAX_RESPONSE_BYTES + 1 - len(body))
        if not chunk:
            break
        body += bytes(chunk)
    return body


def _no_response(error: PyreqwestError) -> NoResponse:
    details = getattr(error, "details", None) or {}
    causes = [cause["message"] for cause in details.get("causes") or ()]
    if isinstance(error, PoolTimeoutError) or NEVER_LEFT in causes:
        return NoResponse(_connect_reason(error, causes), maybe_taken=False)
    if isinstance(error, RequestTimeoutError):
        return NoResponse("no answer in time", maybe_taken=True)
    return NoResponse("connection broke", maybe_taken=True)


def _connect_reason(error: PyreqwestError, causes: list[str]) -> str:
    if isinstance(error, RequestTimeoutError):
        return "no connection in time"
    if "dns error" in causes:
        return "name not resolved"
    if "tcp connect error" in causes:
        return "connection refused"
    return "TLS error"
