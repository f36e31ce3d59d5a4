"""Any HTTP API, described by the gateway's settings: what a request says, and what a response means.

A request is prepared when the gateway is made: by then all is in it but `id`, `phone` and `text`.
"""

from collections.abc import Coroutine
from typing import Any

from notification_service.delivery.gateways.base import GatewaySettings, build_wire
from notification_service.delivery.gateways.concealer import MASK
from notification_service.delivery.gateways.http_responses import ResponseRules
from notification_service.delivery.outcome import MayStart, NoResponse, Response, always
from notification_service.mailings.gateways.http import SECRETS, HttpConfig, PlaceholderTemplate, read_config
from notification_service.mailings.gateways.http.secrets import check_token, secrets_of

MASKED = dict.fromkeys(SECRETS, MASK)


class HttpGateway:
    """`settings.config` says all; `settings.url` is the origin of its URL, `settings.token` the secret."""

    def __init__(self, settings: GatewaySettings) -> None:
        """Raises ValueError for settings that are none, GatewayUnusable for a token that does not fit."""
        config = read_config(settings.config)
        check_token(settings.token, config.request.placeholders)
        self._request = Filled(config, secrets_of(settings.token))
        self._rules = ResponseRules(config)
        self.names_messages = config.provider_id is not None
        self.is_named_in_receipts = bool(config.receipts and config.receipts.is_by_provider_id)
        self._wire = build_wire(settings, headers=self._request.same_headers, method=config.request.method)
        self.judge, self.provider_id = self._rules.judge, self._rules.provider_id

    def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Coroutine[Any, Any, Response | NoResponse]:
        target, headers, body = self._request.of_message(message_id, phone, text)
        return self._wire.ask(target, body, headers=headers, traceparent=traceparent, may_start=may_start)

    async def close(self) -> None:
        self._wire.close()


def show_request(config: HttpConfig, *, message_id: int, phone: str, text: str) -> str:
    """Return a request as a person may see it: without the secret."""
    request = Filled(config, MASKED)
    target, headers, body = request.of_message(message_id, phone, text)
    same = "".join(f"{name}: {value}\n" for name, value in request.same_headers.items())
    head = f"{config.request.method} {config.request.origin}{target}\n{same}"
    return f"{head}{headers.decode()}\n{body.decode()}".replace("\r\n", "\n").strip()


class Filled:
    """A request with its secrets, ready for messages."""

    def __init__(self, config: HttpConfig, secrets: dict[Any, str]) -> None:
        request = config.request
        same = [(name, each) for name, each in request.headers if not each.placeholders - SECRETS]
        own = [(name, each) for name, each in request.headers if each.placeholders - SECRETS]
        self.same_headers = {name: each.pattern(secrets) % {} for name, each in same}
        if request.content_type:
            self.same_headers["Content-Type"] = request.content_type
        self._target = Blank([("", request.target, "")], secrets)
        self._headers = Blank([(f"{name}: ", each, "\r\n") for name, each in own], secrets)
        self._body = Blank([("", request.body, "")], secrets)

    def of_message(self, message_id: int, phone: str, text: str) -> tuple[str, bytes, bytes]:
        """Return its target, its own header lines and its body."""
        values = (message_id, phone, text)
        headers = self._headers.filled(*values)
        return (
            self._target.filled(*values),
            headers.encode() if headers else b"",
            self._body.filled(*values).encode(),
        )


class Blank:
    """A text with blanks for a message's id, phone and text. Phones and ids are digits: nothing to escape."""

    def __init__(self, pieces: list[tuple[str, PlaceholderTemplate, str]], secrets: dict[Any, str]) -> None:
        pattern = "".join(f"{before}{each.pattern(secrets)}{after}" for before, each, after in pieces)
        self._pattern = pattern
        self._escape = pieces[0][1].escape if pieces else str
        self._constant = None if any(each.placeholders - SECRETS for _, each, _ in pieces) else pattern % {}
        self._encoded = ("", "")  # the messages of a mailing have one text

    def filled(self, message_id: int, phone: str, text: str) -> str:
        if self._constant is not None:
            return self._constant
        if self._encoded[0] is not text:
            self._encoded = (text, self._escape(text))
        return self._pattern % {"id": message_id, "phone": phone, "text": self._encoded[1]}
