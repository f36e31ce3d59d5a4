"""What a response's status means to any gateway that has not said otherwise. Pure: rule 5 of delivery."""

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from notification_service.delivery.outcome import (
    MAX_RESPONSE_BYTES,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
)
from notification_service.mailings.reasons import Reason, Why

REFUSED_FOR_GOOD = frozenset({400, 404, 405, 410, 413, 414, 415, 422})
NOT_LET_IN = frozenset({401, 403})
# Of these a gateway's own state is the cause. Any other response shows it alive and thinking.
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)
LARGEST_GATEWAY_CODE = 9_999  # of those told apart: a gateway may invent as many as it likes
TOO_LONG = TryAgain(Why(Reason.RESPONSE_TOO_LONG))


def http_judge(judge_body: Callable[[bytes], Verdict]) -> Callable[[Response], Verdict]:
    """A judge whose own part is the body of a 200 of at most 64 KiB; the rest means the same to everyone."""

    def judge(response: Response) -> Verdict:
        if response.status != 200:
            return judge_status(response.status)
        return judge_body(response.body) if len(response.body) <= MAX_RESPONSE_BYTES else TOO_LONG

    return judge


@lru_cache(maxsize=64)
def judge_status(status: int) -> NotLetIn | Refused | TryAgain:
    """Of any status but 200."""
    reason = Why(Reason.HTTP_STATUS, status)
    if status in NOT_LET_IN:
        return NotLetIn(reason)
    if status in REFUSED_FOR_GOOD:
        return Refused(reason)
    return TryAgain(reason, is_trouble=status == TOO_MANY_REQUESTS or status in SERVER_ERRORS)


def read_object(body: bytes) -> dict[str, Any] | None:
    """The JSON object a body is; an empty one for other JSON; None for what is no JSON.

    Its encoding does not matter: what it says is in ASCII, and only words beside that may be in another.
    """
    try:
        text = body.decode(json.detect_encoding(body), errors="replace")
        parsed = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else {}


def gateway_code(code: object) -> Why:
    """Of a code that the gateway's table of errors does not explain."""
    if type(code) is int and 0 <= code <= LARGEST_GATEWAY_CODE:
        return Why(Reason.GATEWAY_CODE, code)
    return Why(Reason.UNKNOWN_CODE)
