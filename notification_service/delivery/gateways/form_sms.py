"""An SMS provider with a form and its own table of errors, such as smsc.ru and similar ones.

`POST {url}`, which is the complete address, with the fields `phones`, `mes`, `id` (the message's, the same at
every attempt), `fmt=3` (respond in JSON), `charset=utf-8`, and either `login` and `psw` or `apikey`.

Every response is HTTP 200: `{"id": 7, "cnt": 1}` for a message that was taken, in `cnt` parts; otherwise
`{"error": "…", "error_code": N}`:

| code | says | verdict |
|---|---|---|
| 1 | the parameters are wrong | refused |
| 2 | the login, password or key is wrong | not let in |
| 3 | there is no money on the account | not let in |
| 4 | our IP address is blocked | not let in |
| 5 | the date is wrong | refused |
| 6 | the text or the sender is forbidden | refused |
| 7 | the phone number is wrong | refused |
| 8 | messages cannot be delivered to this number | refused |
| 9 | too many equal requests within a minute, or too many at once | again in a minute; a limit, not trouble |
| another | | again: by rule 5 of delivery, as for any response that is not understood |
"""

from collections.abc import Mapping
from urllib.parse import quote_plus, urlencode

from notification_service.delivery.gateways.base import GatewaySettings, build_wire
from notification_service.delivery.gateways.http_verdict import gateway_code, http_judge, read_object
from notification_service.delivery.outcome import (
    ACCEPTED,
    MayStart,
    NoResponse,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
    always,
)
from notification_service.mailings.reasons import Reason, Why

ERRORS: Mapping[int, Verdict] = {
    1: Refused(Why(Reason.PARAMETERS_WRONG)),
    2: NotLetIn(Why(Reason.CREDENTIALS_WRONG)),
    3: NotLetIn(Why(Reason.ACCOUNT_EMPTY)),
    4: NotLetIn(Why(Reason.ADDRESS_BLOCKED)),
    5: Refused(Why(Reason.DATE_WRONG)),
    6: Refused(Why(Reason.TEXT_FORBIDDEN)),
    7: Refused(Why(Reason.PHONE_WRONG)),
    8: Refused(Why(Reason.PHONE_UNREACHABLE)),
    9: TryAgain(Why(Reason.TOO_MANY_EQUAL), wait_seconds=60),
}


def _judge_body(body: bytes) -> Verdict:
    # Not cached: a response quotes the message's id, so all are different.
    fields = read_object(body)
    if fields is None:
        return TryAgain(Why(Reason.RESPONSE_NOT_JSON))
    if "error_code" in fields or "error" in fields:
        code = fields.get("error_code")
        known = ERRORS.get(code) if type(code) is int else None
        return known or TryAgain(gateway_code(code))
    parts = fields.get("cnt")
    is_taken = type(fields.get("id")) in (int, str) and type(parts) is int and parts > 0
    return ACCEPTED if is_taken else TryAgain(Why(Reason.RESPONSE_INCOMPLETE))


judge = http_judge(_judge_body)


class FormSmsGateway:
    """`settings.url` is the whole address; `settings.token` is `login:password`, or a key without a colon."""

    judge = staticmethod(judge)
    names_messages = is_named_in_receipts = False

    def __init__(self, settings: GatewaySettings) -> None:
        self._wire = build_wire(settings, headers={"Content-Type": "application/x-www-form-urlencoded"})
        self._same_fields = urlencode({**_credentials(settings.token), "fmt": "3", "charset": "utf-8"})
        self._encoded_text = ("", "")  # the messages of a mailing have one text

    async def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Response | NoResponse:
        body = self._body(message_id, phone, text)
        return await self._wire.ask("", body, traceparent=traceparent, may_start=may_start)

    def provider_id(self, response: Response) -> str:  # noqa: ARG002
        return ""

    async def close(self) -> None:
        self._wire.close()

    def _body(self, message_id: int, phone: str, text: str) -> bytes:
        if self._encoded_text[0] is not text:
            self._encoded_text = (text, quote_plus(text))
        return f"{self._same_fields}&id={message_id}&phones={phone}&mes={self._encoded_text[1]}".encode()


def _credentials(token: str) -> dict[str, str]:
    login, colon, password = token.partition(":")
    return {"login": login, "psw": password} if colon else {"apikey": token}
