"""An SMS provider that takes a form and has an error table of its own, as smsc.ru and its like do.

`POST {url}`, the address in full, with the fields `phones`, `mes`, `id` (the message's, the same at every
attempt), `fmt=3` (respond in JSON), `charset=utf-8`, and either `login` and `psw` or `apikey`.

Every response is HTTP 200: `{"id": 7, "cnt": 1}` for a message that was taken, in `cnt` parts, else
`{"error": "…", "error_code": N}`:

| code | says | verdict |
|---|---|---|
| 1 | the parameters are wrong | refused |
| 2 | the login, password or key is wrong | not let in |
| 3 | there is no money on the account | not let in |
| 4 | the address we ask from is blocked | not let in |
| 5 | the date is wrong | refused |
| 6 | the text or the sender is forbidden | refused |
| 7 | the phone number is wrong | refused |
| 8 | this number cannot be delivered to | refused |
| 9 | too many equal requests within a minute, or too many at once | again in a minute; a limit, no trouble |
| another | | again, as rule 5 of delivery has it for any response that is not understood |
"""

from collections.abc import Mapping
from urllib.parse import quote_plus, urlencode

from notification_service.delivery.gateways.base import GatewaySettings, build_wire
from notification_service.delivery.gateways.http_verdict import http_judge, read_object
from notification_service.delivery.outcome import (
    ACCEPTED,
    NoResponse,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
)

ERRORS: Mapping[int, Verdict] = {
    1: Refused("parameters wrong"),
    2: NotLetIn("login, password or key wrong"),
    3: NotLetIn("the account is empty"),
    4: NotLetIn("our address is blocked"),
    5: Refused("date wrong"),
    6: Refused("message forbidden"),
    7: Refused("phone number wrong"),
    8: Refused("number cannot be delivered to"),
    9: TryAgain("too many equal requests", wait_seconds=60),
}
UNKNOWN_ERROR = TryAgain("unknown error code")


def _judge_body(body: bytes) -> Verdict:
    # Not cached: a response quotes the message's id, so none is like another.
    fields = read_object(body)
    if fields is None:
        return TryAgain("answer is not JSON")
    if "error_code" in fields or "error" in fields:
        code = fields.get("error_code")
        return ERRORS.get(code, UNKNOWN_ERROR) if type(code) is int else UNKNOWN_ERROR
    parts = fields.get("cnt")
    is_taken = type(fields.get("id")) in (int, str) and type(parts) is int and parts > 0
    return ACCEPTED if is_taken else TryAgain("answer has neither id nor error")


judge = http_judge(_judge_body)


class FormSmsGateway:
    """`settings.url` is the whole address; `settings.token` is `login:password`, or a key without a colon."""

    judge = staticmethod(judge)

    def __init__(self, settings: GatewaySettings) -> None:
        self._wire = build_wire(settings, headers={"Content-Type": "application/x-www-form-urlencoded"})
        self._same_fields = urlencode({**_credentials(settings.token), "fmt": "3", "charset": "utf-8"})
        self._encoded_text = ("", "")  # a mailing's messages follow each other with one text

    async def send(
        self, *, message_id: int, phone: str, text: str, traceparent: str = ""
    ) -> Response | NoResponse:
        body = self._body(message_id, phone, text)
        return await self._wire.post("", body, traceparent=traceparent)

    async def close(self) -> None:
        self._wire.close()

    def _body(self, message_id: int, phone: str, text: str) -> bytes:
        if self._encoded_text[0] is not text:
            self._encoded_text = (text, quote_plus(text))
        return f"{self._same_fields}&id={message_id}&phones={phone}&mes={self._encoded_text[1]}".encode()


def _credentials(token: str) -> dict[str, str]:
    login, colon, password = token.partition(":")
    return {"login": login, "psw": password} if colon else {"apikey": token}
