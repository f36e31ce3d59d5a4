"""The response to a message, in the words of the requested API: a success, or a fault on demand."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Any, Final

from aiohttp import web

from .behaviour import ERROR_PREFIX, SUCCESS, Behaviour, retry_after_seconds
from .written_responses import BrokenOff, Hanging, Reset, Trickled, WrittenResponse, json_bytes, phrase

_OVER_64_KIB: Final = 128 * 1024
_NOT_TODAY: Final = "not today"


@dataclass(frozen=True, slots=True)
class ResponseTexts:
    """`error` is an API's response to a number and a reason; `unknown_code` is in no table of errors."""

    success: Mapping[str, Any]
    written_success: WrittenResponse
    error: Callable[[int, str], web.Response]
    unknown_code: int


def refusal(status: int, reason: str, headers: Mapping[str, str] | None = None) -> web.Response:
    needed = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    content = {"code": status, "message": reason}
    return web.json_response(content, status=status, headers={**needed, **(headers or {})})


def _error(code: int, reason: str) -> web.Response:
    return web.json_response({"code": code, "message": reason})


_SUCCESS: Final = {"code": 0, "message": "OK"}
JSON_WORDS: Final = ResponseTexts(_SUCCESS, WrittenResponse(json_bytes(_SUCCESS)), _error, unknown_code=1)


def make_response(
    answer: str, words: ResponseTexts, behaviour: Behaviour, *, now: float
) -> web.StreamResponse:
    if answer == SUCCESS:
        return words.written_success
    if answer in _FAULTS:
        return _FAULTS[answer](words)
    if answer == "trickle":
        return Trickled(words.written_success.payload, pause_seconds=behaviour.trickle_ms / 1000)
    if answer.startswith(ERROR_PREFIX):
        return words.error(int(answer.removeprefix(ERROR_PREFIX)), _NOT_TODAY)
    if answer == "429":
        retry_after = {"Retry-After": _retry_after(behaviour.retry_after, now)}
        return refusal(429, "too many requests", retry_after)
    return refusal(int(answer), phrase(int(answer)))


_FAULTS: Final[Mapping[str, Callable[[ResponseTexts], web.StreamResponse]]] = {
    "nonsense": lambda _: web.Response(
        text="<html><body>All is well</body></html>", content_type="text/html"
    ),
    "wrong_code": lambda words: words.error(words.unknown_code, _NOT_TODAY),
    "huge": lambda words: web.json_response({**words.success, "more": "x" * _OVER_64_KIB}),
    "redirect": lambda _: web.Response(status=307, headers={"Location": "/redirected"}),
    "truncated": lambda words: BrokenOff(words.written_success.payload[:-8]),
    "garbled": lambda words: BrokenOff(_garbled(words)),
    "garbage": lambda _: BrokenOff(bytes(range(256))),
    "drop": lambda _: BrokenOff(),
    "drop_taken": lambda _: BrokenOff(),
    "reset": lambda _: Reset(),
    "hang": lambda _: Hanging(),
}


def _garbled(words: ResponseTexts) -> bytes:
    """It was taken, and says so, but in a head that no parser accepts and with words that are not UTF-8."""
    body = json.dumps({**words.success, "words": "Принято"}, ensure_ascii=False).encode("cp1251")
    head = "HTTP/1.1 200 Хорошо\r\nСтранно: да\r\nX : y\r\n folded\r\nno colon\r\nRetry-After: 5 минут\r\n"
    return head.encode("cp1251") + b"Content-Length : %d\r\n\r\n" % len(body) + body


def _retry_after(retry_after: str, now: float) -> str:
    is_date, seconds = retry_after_seconds(retry_after)
    return formatdate(now + seconds, usegmt=True) if is_date else str(seconds)
