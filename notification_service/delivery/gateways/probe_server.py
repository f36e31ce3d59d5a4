"""OpenAPI "Probe Server" 1.0.0: JSON to `{url}/v1/send/{id}`, a bearer token, `{"code": 0}` if taken."""

import json
from collections.abc import Coroutine
from dataclasses import replace
from functools import lru_cache
from typing import Any

from notification_service.delivery.gateways.base import GatewaySettings, build_wire
from notification_service.delivery.gateways.http_verdict import gateway_code, http_judge, read_object
from notification_service.delivery.outcome import (
    ACCEPTED,
    MayStart,
    NoResponse,
    Response,
    TryAgain,
    Verdict,
    always,
)
from notification_service.mailings.reasons import Reason, Why


@lru_cache(maxsize=64)  # most messages get the same response: this saves 3 us on each
def _judge_body(body: bytes) -> Verdict:
    fields = read_object(body)
    if fields is None:
        return TryAgain(Why(Reason.RESPONSE_NOT_JSON))
    code = fields.get("code")
    if type(code) not in (int, float):  # 0.0 is the same number in JSON; true and "0" are not numbers
        return TryAgain(Why(Reason.RESPONSE_WITHOUT_CODE))
    return ACCEPTED if code == 0 else TryAgain(gateway_code(code))


judge = http_judge(_judge_body)


class ProbeServerGateway:
    """`settings.url` is the base URL, `settings.token` the bearer token."""

    judge = staticmethod(judge)
    names_messages = is_named_in_receipts = False

    def __init__(self, settings: GatewaySettings) -> None:
        settings = replace(settings, url=settings.url.rstrip("/"))
        headers = {"Authorization": f"Bearer {settings.token}", "Content-Type": "application/json"}
        self._wire = build_wire(settings, headers=headers)
        self._encoded_text = ("", '""')  # the messages of a mailing have one text

    def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Coroutine[Any, Any, Response | NoResponse]:
        body = self._body(message_id, phone, text)
        return self._wire.ask(f"/v1/send/{message_id}", body, traceparent=traceparent, may_start=may_start)

    def provider_id(self, response: Response) -> str:  # noqa: ARG002
        return ""

    async def close(self) -> None:
        self._wire.close()

    def _body(self, message_id: int, phone: str, text: str) -> bytes:
        if self._encoded_text[0] is not text:
            self._encoded_text = (text, json.dumps(text, ensure_ascii=False))
        return f'{{"id": {message_id}, "phone": {phone}, "text": {self._encoded_text[1]}}}'.encode()
