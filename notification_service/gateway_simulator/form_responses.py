"""The form API's own answers: HTTP 200 whatever became of the message, and a number for each error. Pure."""

from typing import Final

from .behaviour import ERROR_PREFIX, SUCCESS, Behaviour
from .responses import OVER_64_KIB, Manner, Response, fault, render_json

_UNKNOWN_ERROR: Final = 99  # what a `wrong_code` is: in no one's table


def error(code: int, reason: str) -> Response:
    return Response(render_json(200, {"error": reason, "error_code": code}))


def reply(answer: str, behaviour: Behaviour, *, msg_id: int, now: float) -> Response:
    """A success, or the fault in this API's words; a fault of HTTP is the same in both."""
    success = {"id": msg_id, "cnt": 1}
    if answer == SUCCESS:
        return Response(render_json(200, success))
    if answer == "wrong_code" or answer.startswith(ERROR_PREFIX):
        code = int(answer.removeprefix(ERROR_PREFIX)) if answer != "wrong_code" else _UNKNOWN_ERROR
        return error(code, "not today")
    if answer == "huge":
        return Response(render_json(200, success | {"more": "x" * OVER_64_KIB}))
    if answer == "truncated":
        return Response(render_json(200, success)[:-8], Manner.BROKEN_OFF)
    response = fault(answer, behaviour, now=now)
    return response._replace(payload=render_json(200, success)) if answer == "trickle" else response
