"""The only module that opens a socket to a gateway: a message out, an Answer or a NoAnswer back."""

import json
from datetime import timedelta
from typing import Protocol

from pyreqwest.client import Client, ClientBuilder
from pyreqwest.exceptions import PoolTimeoutError, PyreqwestError, RequestTimeoutError
from pyreqwest.response import Response

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.outcome import MAX_ANSWER_BYTES, Answer, NoAnswer

# The library's exception classes do not tell a connection that failed from one that broke: its
# chain of causes does. Under this cause no byte of the request has left.
NEVER_LEFT = "client error (Connect)"


class Gateway(Protocol):
    """Another provider is another class with these two methods."""

    async def send(self, *, message_id: int, phone: str, text: str) -> Answer | NoAnswer: ...

    async def close(self) -> None: ...


class ProbeServerGateway:
    """`POST {url}/v1/send/{id}` with a bearer token, as OpenAPI "Probe Server" 1.0.0 has it."""

    def __init__(self, config: DeliveryConfig) -> None:
        self._send_url = f"{config.gateway_url}/v1/send/"
        self._client = _build_client(config)
        self._encoded_text = ("", '""')  # a mailing's messages follow each other with one text

    async def send(self, *, message_id: int, phone: str, text: str) -> Answer | NoAnswer:
        request = self._client.post(f"{self._send_url}{message_id}")
        request = request.body_bytes(self._body(message_id, phone, text))
        try:
            async with request.build_streamed() as response:
                return Answer(response.status, await _read(response), response.get_header("retry-after"))
        except PyreqwestError as error:
            return _no_answer(error)

    async def close(self) -> None:
        await self._client.close()

    def _body(self, message_id: int, phone: str, text: str) -> bytes:
        if self._encoded_text[0] is not text:
            self._encoded_text = (text, json.dumps(text, ensure_ascii=False))
        return f'{{"id": {message_id}, "phone": {phone}, "text": {self._encoded_text[1]}}}'.encode()


def _build_client(config: DeliveryConfig) -> Client:
    builder = ClientBuilder().no_proxy().follow_redirects(False).referer(False)  # noqa: FBT003
    # A body is compared as it comes: a gateway's gzip bomb is 64 KiB to us at most.
    builder = builder.gzip(False).brotli(False).zstd(False).deflate(False)  # noqa: FBT003
    builder = builder.connect_timeout(timedelta(seconds=config.connect_timeout_seconds))
    builder = builder.timeout(timedelta(seconds=config.request_timeout_seconds))
    builder = builder.pool_max_idle_per_host(config.max_concurrency)
    headers = {"Authorization": f"Bearer {config.gateway_token}", "Content-Type": "application/json"}
    return builder.user_agent("notification-service").default_headers(headers).build()


async def _read(response: Response) -> bytes:
    """The body, up to one byte over the limit; a body of a stated, small length takes one call."""
    length = response.get_header("content-length")
    if length is not None and length.isdigit() and int(length[:10]) <= MAX_ANSWER_BYTES:
        return bytes(await response.bytes())
    body = b""
    while len(body) <= MAX_ANSWER_BYTES:
        chunk = await response.body_reader.read(MAX_ANSWER_BYTES + 1 - len(body))
        if not chunk:
            break
        body += bytes(chunk)
    return body


def _no_answer(error: PyreqwestError) -> NoAnswer:
    details = getattr(error, "details", None) or {}
    causes = [cause["message"] for cause in details.get("causes") or ()]
    if isinstance(error, PoolTimeoutError) or NEVER_LEFT in causes:
        return NoAnswer(_connect_reason(error, causes), maybe_taken=False)
    if isinstance(error, RequestTimeoutError):
        return NoAnswer("no answer in time", maybe_taken=True)
    return NoAnswer("connection broke", maybe_taken=True)


def _connect_reason(error: PyreqwestError, causes: list[str]) -> str:
    if isinstance(error, RequestTimeoutError):
        return "no connection in time"
    if "dns error" in causes:
        return "name not resolved"
    if "tcp connect error" in causes:
        return "connection refused"
    return "TLS error"
