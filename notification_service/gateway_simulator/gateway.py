"""What each request is answered: to send, in either API, by its contract; everything else by its page."""

import time
from functools import partial
from hmac import compare_digest
from typing import Final

from . import form_responses
from .behaviour import ERROR_PREFIX, SUCCESS, Behaviour, Reply
from .contract import ContractError, Message, parse_message, parse_msg_id
from .control import Control
from .form_contract import NOT_KNOWN, FormError, parse_form
from .ledger import Ledger
from .protocol import Connection
from .request_reader import Request
from .responses import OK, Response, fault, refusal
from .ring import Received

_SEND_PREFIX: Final = b"/v1/send/"
_FORM_PATH: Final = b"/sms/send"
_FORM_TYPE: Final = b"application/x-www-form-urlencoded"
_OK: Final = Response(OK)


class Gateway:
    def __init__(self, *, behaviour: Behaviour, ledger: Ledger, token: str | None) -> None:
        self.behaviour = behaviour
        self.ledger = ledger
        self.connections: set[Connection] = set()
        self._token = token.encode() if token else None
        self._control = Control(self)

    def answer(self, request: Request) -> Response:
        path = request.url.partition(b"?")[0]
        segment = path.removeprefix(_SEND_PREFIX)
        if request.refused:
            return self._refuse(*request.refused, closes=True)
        if len(segment) < len(path) and segment and b"/" not in segment:
            return self._send(request, segment)
        if path == _FORM_PATH:
            return self._send_form(request)
        return self._control.answer(request, path) or self._refuse(404, "no such path")

    def _send(self, request: Request, segment: bytes) -> Response:
        msg_id = parse_msg_id(segment)
        refuse = partial(self._refuse, msg_id=msg_id)
        if request.method != b"POST":
            return refuse(405, "send is a POST", allow="POST")
        if not self._is_let_in(request.headers.get(b"authorization", b"")):
            return refuse(401, "no such bearer token")
        if not _is_json(request.headers.get(b"content-type")):
            return refuse(415, "the body is not declared as application/json")
        if msg_id is None:
            return refuse(400, "the path's id is not an int64")
        try:
            message = parse_message(request.body, msg_id=msg_id)
        except ContractError as broken:
            return refuse(400, str(broken))
        return self._take(message)

    def _take(self, message: Message) -> Response:
        reply, now = self._count(message)
        response = _OK if reply.answer == SUCCESS else fault(reply.answer, self.behaviour, now=now)
        return response._replace(delay_seconds=reply.delay_seconds) if reply.delay_seconds else response

    def _send_form(self, request: Request) -> Response:
        if request.method != b"POST":
            return self._refuse(405, "send is a POST", allow="POST")
        if _media_type(request.headers.get(b"content-type", b"")) != _FORM_TYPE:
            return self._refuse(415, "the body is not declared as a form")
        try:
            token, message = parse_form(request.body)
        except FormError as broken:
            return self._refuse_form(broken.code, str(broken))
        if not self._is_token(token.encode()):
            return self._refuse_form(NOT_KNOWN, "no such login, password or key")
        reply, now = self._count(message)
        response = form_responses.reply(reply.answer, self.behaviour, msg_id=message.msg_id, now=now)
        return response._replace(delay_seconds=reply.delay_seconds)

    def _count(self, message: Message) -> tuple[Reply, float]:
        """Decide what becomes of a message that follows the contract, and keep it in the ledger."""
        msg_id = message.msg_id
        nth = self.ledger.count_request(msg_id)
        reply = self.behaviour.decide(msg_id, nth)
        if reply.is_taken:
            self.ledger.mark_taken(msg_id)
        now = time.time()
        self.ledger.record(Received(now, msg_id, message.phone, message.text, reply.answer))
        return reply, now

    def _refuse_form(self, code: int, reason: str) -> Response:
        self.ledger.record(Received(time.time(), None, None, None, f"{ERROR_PREFIX}{code}"))
        return form_responses.error(code, reason)

    def _refuse(
        self, status: int, reason: str, *, msg_id: int | None = None, closes: bool = False, **headers: str
    ) -> Response:
        self.ledger.record(Received(time.time(), msg_id, None, None, str(status)))
        return refusal(status, reason, closes=closes, **headers)

    def _is_let_in(self, authorization: bytes) -> bool:
        scheme, _, token = authorization.partition(b" ")
        return scheme.lower() == b"bearer" and self._is_token(token.strip())

    def _is_token(self, token: bytes) -> bool:
        return bool(token) and (self._token is None or compare_digest(token, self._token))


def _is_json(content_type: bytes | None) -> bool:
    """An undeclared body is given the benefit of the doubt."""
    return content_type is None or _media_type(content_type) == b"application/json"


def _media_type(content_type: bytes) -> bytes:
    return content_type.partition(b";")[0].strip().lower()
