"""Responds to each request: to send, in either API, by its contract; to everything else, by its page."""

import asyncio
import time
from functools import partial
from hmac import compare_digest
from typing import Final

from aiohttp import hdrs, web

from . import form_responses
from .behaviour import ERROR_PREFIX, Behaviour
from .body import BodyError, read_body
from .contract import ContractError, RequestedMessage, parse_message, parse_msg_id
from .control import Control
from .form_contract import NOT_KNOWN, FormError, parse_form
from .ledger import Ledger
from .receipts import ReceiptSender
from .responses import JSON_WORDS, ResponseTexts, make_response, refusal
from .ring import Received
from .written_responses import Last, json_bytes

_SEND_PREFIX: Final = "/v1/send/"
_FORM_PATH: Final = "/sms/send"
_FORM_TYPE: Final = "application/x-www-form-urlencoded"
_BEARER: Final = "bearer"


class SimulatedGateway:
    def __init__(self, *, behaviour: Behaviour, ledger: Ledger, token: str | None) -> None:
        self.behaviour = behaviour
        self.ledger = ledger
        self._token = token.encode() if token else None
        self.receipts: ReceiptSender | None = None
        self._control = Control(self)

    async def respond(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            body = await read_body(request)
        except BodyError as broken:
            return self.refuse_and_close(broken.status, str(broken))
        path = request.raw_path.partition("?")[0]
        segment = path.removeprefix(_SEND_PREFIX)
        if len(segment) < len(path) and segment and "/" not in segment:
            return await self._send(request, body, segment)
        if path == _FORM_PATH:
            return await self._send_form(request, body)
        return self._control.respond(request, body, path) or self._refuse(404, "no such path")

    def refuse_and_close(self, status: int, reason: str) -> web.StreamResponse:
        self._record_refusal(status)
        return Last(json_bytes({"code": status, "message": reason}, status=status))

    async def _send(self, request: web.BaseRequest, body: bytes, segment: str) -> web.StreamResponse:
        msg_id = parse_msg_id(_to_bytes(segment))
        refuse = partial(self._refuse, msg_id=msg_id)
        if request.method != "POST":
            return refuse(405, "send is a POST", allow="POST")
        if not self._is_let_in(request.headers.get(hdrs.AUTHORIZATION, "")):
            return refuse(401, "no such bearer token")
        if not _is_json(request.headers.get(hdrs.CONTENT_TYPE)):
            return refuse(415, "the body is not declared as application/json")
        if msg_id is None:
            return refuse(400, "the path's id is not an int64")
        try:
            message = parse_message(body, msg_id=msg_id)
        except ContractError as broken:
            return refuse(400, str(broken))
        return await self._take(message, JSON_WORDS)

    async def _send_form(self, request: web.BaseRequest, body: bytes) -> web.StreamResponse:
        if request.method != "POST":
            return self._refuse(405, "send is a POST", allow="POST")
        if _media_type(request.headers.get(hdrs.CONTENT_TYPE, "")) != _FORM_TYPE:
            return self._refuse(415, "the body is not declared as a form")
        try:
            token, message = parse_form(body)
        except FormError as broken:
            return self._refuse_form(broken.code, str(broken))
        if not self._is_token(token.encode()):
            return self._refuse_form(NOT_KNOWN, "no such login, password or key")
        return await self._take(message, form_responses.words(message.msg_id))

    async def _take(self, message: RequestedMessage, words: ResponseTexts) -> web.StreamResponse:
        """Decide what becomes of a message that follows the contract, and keep it in the ledger."""
        msg_id = message.msg_id
        nth = self.ledger.count_request(msg_id)
        reply = self.behaviour.decide_phone(str(message.phone), msg_id, nth)
        if reply.is_taken:
            self.ledger.mark_taken(msg_id)
            if self.receipts is not None:
                self.receipts.add(msg_id)
        now = time.time()
        self.ledger.record(Received(now, msg_id, message.phone, message.text, reply.answer))
        response = make_response(reply.answer, words, self.behaviour, now=now)
        if reply.delay_seconds:
            await asyncio.sleep(reply.delay_seconds)
        return response

    def _refuse_form(self, code: int, reason: str) -> web.StreamResponse:
        self.ledger.record(Received(time.time(), None, None, None, f"{ERROR_PREFIX}{code}"))
        return form_responses.error(code, reason)

    def _refuse(
        self, status: int, reason: str, *, msg_id: int | None = None, allow: str | None = None
    ) -> web.Response:
        self._record_refusal(status, msg_id)
        return refusal(status, reason, {"Allow": allow} if allow else None)

    def _record_refusal(self, status: int, msg_id: int | None = None) -> None:
        self.ledger.record(Received(time.time(), msg_id, None, None, str(status)))

    def _is_let_in(self, authorization: str) -> bool:
        scheme, _, token = authorization.partition(" ")
        return scheme.lower() == _BEARER and self._is_token(_to_bytes(token.strip()))

    def _is_token(self, token: bytes) -> bool:
        return bool(token) and (self._token is None or compare_digest(token, self._token))


def _to_bytes(text: str) -> bytes:
    """Return it as it came over the wire: the library stores what is not UTF-8 as surrogates."""
    return text.encode(errors="surrogateescape")


def _is_json(content_type: str | None) -> bool:
    """A body without a declared type may be JSON."""
    return content_type is None or _media_type(content_type) == "application/json"


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()
