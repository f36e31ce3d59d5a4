"""OpenAPI "Probe Server" 1.0.0: JSON to `{url}/v1/send/{id}`, a bearer token, `{"code": 0}` for taken."""

import json
from functools import lru_cache

from pyreqwest.request import RequestBuilder

from notification_service.delivery.gateways.base import GatewaySettings, build_client, exchange
from notification_service.delivery.gateways.http_verdict import http_judge, read_object
from notification_service.delivery.outcome import ACCEPTED, NoResponse, Response, TryAgain, Verdict


@lru_cache(maxsize=64)  # a gateway says the same to most messages: 3 us saved on each
def _judge_body(body: bytes) -> Verdict:
    fields = read_object(body)
    if fields is None:
        return TryAgain("answer is not JSON")
    if type(fields.get("code")) is not int:
        return TryAgain("answer has no code")
    return ACCEPTED if fields["code"] == 0 else TryAgain("code is not 0")


judge = http_judge(_judge_body)


class ProbeServerGateway:
    """`settings.url` is the base URL, `settings.token` the bearer token."""

    judge = staticmethod(judge)

    def __init__(self, settings: GatewaySettings) -> None:
        self._send_url = f"{settings.url.rstrip('/')}/v1/send/"
        headers = {"Authorization": f"Bearer {settings.token}", "Content-Type": "application/json"}
        self._client = build_client(settings, headers=headers)
        self._encoded_text = ("", '""')  # a mailing's messages follow each other with one text

    async def send(
        self, *, message_id: int, phone: str, text: str, traceparent: str = ""
    ) -> Response | NoResponse:
        def build() -> RequestBuilder:
            request = self._client.post(f"{self._send_url}{message_id}")
            return request.body_bytes(self._body(message_id, phone, text))

        return await exchange(build, traceparent)

    async def close(self) -> None:
        await self._client.close()

    def _body(self, message_id: int, phone: str, text: str) -> bytes:
        if self._encoded_text[0] is not text:
            self._encoded_text = (text, json.dumps(text, ensure_ascii=False))
        return f'{{"id": {message_id}, "phone": {phone}, "text": {self._encoded_text[1]}}}'.encode()
