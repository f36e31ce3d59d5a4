"""Answers as the bytes that go over the wire, and the manner in which they go. Pure."""

import json
from email.utils import formatdate
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from .behaviour import ERROR_PREFIX, Behaviour, retry_after_seconds


class Manner(Enum):
    WHOLE = auto()  # an ordinary answer
    BROKEN_OFF = auto()  # these bytes, then the connection closes
    RESET = auto()  # TCP RST in place of an answer
    NEVER = auto()  # the connection stays open, nothing comes
    TRICKLE = auto()  # a byte at a time


class Response(NamedTuple):
    payload: bytes
    manner: Manner = Manner.WHOLE
    delay_seconds: float = 0.0
    closes: bool = False
    trickle_seconds: float = 0.0


_BODILESS: Final = frozenset({204, 205, 304})
OVER_64_KIB: Final = 128 * 1024
_EXTRA_HEADERS: Final = {401: {"WWW-Authenticate": "Bearer"}}


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def render(status: int, body: bytes, *, content_type: str = "application/json", **headers: str) -> bytes:
    """Keyword arguments are further headers: `retry_after="1"` is `Retry-After: 1`."""
    if status in _BODILESS:
        body = b""
    lines = [f"HTTP/1.1 {status} {_phrase(status)}", f"Content-Type: {content_type}"]
    if status != HTTPStatus.NO_CONTENT:
        lines.append(f"Content-Length: {len(body)}")
    lines += [f"{name}: {value}" for name, value in _EXTRA_HEADERS.get(status, {}).items()]
    lines += [f"{name.replace('_', '-').title()}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def render_json(status: int, content: Any, **headers: str) -> bytes:
    return render(status, json.dumps(content).encode(), **headers)


def refusal(status: int, reason: str, *, closes: bool = False, **headers: str) -> Response:
    return Response(render_json(status, {"code": status, "message": reason}, **headers), closes=closes)


OK: Final = render_json(200, {"code": 0, "message": "OK"})
_NONSENSE: Final = render(200, b"<html><body>All is well</body></html>", content_type="text/html")
_WRONG_CODE: Final = render_json(200, {"code": 1, "message": "not today"})
_HUGE: Final = render_json(200, {"code": 0, "message": "OK" * (OVER_64_KIB // 2)})
_TRUNCATED: Final = OK[:-8]
_REDIRECT: Final = render(307, b"", location="/redirected")
_FAULTS: Final = {
    "nonsense": Response(_NONSENSE),
    "wrong_code": Response(_WRONG_CODE),
    "huge": Response(_HUGE),
    "redirect": Response(_REDIRECT),
    "truncated": Response(_TRUNCATED, Manner.BROKEN_OFF),
    "drop": Response(b"", Manner.BROKEN_OFF),
    "drop_taken": Response(b"", Manner.BROKEN_OFF),
    "reset": Response(b"", Manner.RESET),
    "hang": Response(b"", Manner.NEVER),
}


def fault(answer: str, behaviour: Behaviour, *, now: float) -> Response:
    if answer in _FAULTS:
        return _FAULTS[answer]
    if answer == "trickle":
        return Response(OK, Manner.TRICKLE, trickle_seconds=behaviour.trickle_ms / 1000)
    if answer.startswith(ERROR_PREFIX):
        return Response(render_json(200, {"code": int(answer[len(ERROR_PREFIX) :]), "message": "not today"}))
    if answer == "429":
        return refusal(429, "too many requests", retry_after=_retry_after(behaviour.retry_after, now))
    return refusal(int(answer), _phrase(int(answer)))


def _retry_after(retry_after: str, now: float) -> str:
    is_date, seconds = retry_after_seconds(retry_after)
    return formatdate(now + seconds, usegmt=True) if is_date else str(seconds)
