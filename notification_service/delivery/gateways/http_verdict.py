"""What a response's status means, unless a kind of gateway says otherwise. Pure: rule 5 of delivery."""

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
# The cause of these is the gateway's own state. Any other response shows that it works.
TOO_MANY_REQUESTS = 429
SERVER_ERRORS = range(500, 600)
LARGEST_GATEWAY_CODE = 9_999  # that is distinguished: a gateway may invent any number of codes
NOT_JSON = object()
TOO_LONG = TryAgain(Why(Reason.RESPONSE_TOO_LONG))


def http_judge(judge_body: Callable[[bytes], Verdict]) -> Callable[[Response], Verdict]:
    """Return a judge that adds the body of a 200 of at most 64 KiB; the rest means the same to every kind."""

    def judge(response: Response) -> Verdict:
        if response.status != 200:
            return judge_status(response.status)
        return judge_body(response.body) if len(response.body) <= MAX_RESPONSE_BYTES else TOO_LONG

    return judge


@lru_cache(maxsize=64)
def judge_status(status: int) -> NotLetIn | Refused | TryAgain:
    """Return the verdict on any status but 200."""
    reason = Why(Reason.HTTP_STATUS, status)
    if status in NOT_LET_IN:
        return NotLetIn(reason)
    if status in REFUSED_FOR_GOOD:
        return Refused(reason)
    return TryAgain(reason, is_trouble=status == TOO_MANY_REQUESTS or status in SERVER_ERRORS)


def read_object(body: bytes) -> dict[str, Any] | None:
    """Return the JSON object of a body; an empty one for other JSON; None if it is not JSON."""
    parsed = read_json(body, default=NOT_JSON)
    if parsed is NOT_JSON:
        return None
    return parsed if isinstance(parsed, dict) else {}


def read_json(body: bytes, *, default: Any) -> Any:
    """Return what the JSON of a body says, or the default.

    The encoding does not matter: what we read is ASCII, and only the words beside it may be something else.
    """
    try:
        text = body.decode(json.detect_encoding(body), errors="replace")
        return json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return default


def gateway_code(code: object) -> Why:
    """Return the reason for a code that the gateway's table of errors does not explain."""
    if type(code) is int and 0 <= code <= LARGEST_GATEWAY_CODE:
        return Why(Reason.GATEWAY_CODE, code)
    return Why(Reason.UNKNOWN_CODE)
