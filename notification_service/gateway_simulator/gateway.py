"""What each request is answered: the gateway's one operation by the contract, everything else by its page."""

import time
from functools import partial
from hmac import compare_digest
from typing import Final

from .behaviour import SUCCESS, Behaviour
from .contract import ContractError, Message, parse_message, parse_msg_id
from .control import Control
from .ledger import Ledger
from .protocol import Connection
from .request_reader import Request
from .responses import OK, Response, fault, refusal
from .ring import Received

_SEND_PREFIX: Final = b"/v1/send/"
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
        msg_id = message.msg_id
        nth = self.ledger.count_request(msg_id)
        reply = self.behaviour.decide(msg_id, nth)
        if reply.is_taken:
            self.ledger.mark_taken(msg_id)
        now = time.time()
        self.ledger.record(Received(now, msg_id, message.phone, message.text, reply.answer))
        response = _OK if reply.answer == SUCCESS else fault(reply.answer, self.behaviour, now=now)
        return response._replace(delay_seconds=reply.delay_seconds) if reply.delay_seconds else response

    def _refuse(
        self, status: int, reason: str, *, msg_id: int | None = None, closes: bool = False, **headers: str
    ) -> Response:
        self.ledger.record(Received(time.time(), msg_id, None, None, str(status)))
        return refusal(status, reason, closes=closes, **headers)

    def _is_let_in(self, authorization: bytes) -> bool:
        scheme, _, token = authorization.partition(b" ")
        token = token.strip()
        if scheme.lower() != b"bearer" or not token:
            return False
        return self._token is None or compare_digest(token, self._token)


def _is_json(content_type: bytes | None) -> bool:
    """An undeclared body is given the benefit of the doubt."""
    return content_type is None or content_type.partition(b";")[0].strip().lower() == b"application/json"
