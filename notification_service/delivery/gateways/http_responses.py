"""What a response means by the rules of a gateway's settings. Pure.

The JSON of a response is read only if a rule for its status looks into it.
"""

from functools import lru_cache
from typing import Any

from notification_service.delivery.gateways.http_verdict import (
    LARGEST_GATEWAY_CODE,
    SERVER_ERRORS,
    TOO_LONG,
    TOO_MANY_REQUESTS,
    gateway_code,
    read_json,
)
from notification_service.delivery.outcome import (
    ACCEPTED,
    MAX_RESPONSE_BYTES,
    NotLetIn,
    Refused,
    Response,
    TryAgain,
    Verdict,
)
from notification_service.mailings.gateways.http import HttpConfig
from notification_service.mailings.gateways.http.pointers import MISSING, value_at
from notification_service.mailings.gateways.http.rules import Rule, all_hold, listed_value
from notification_service.mailings.reasons import Reason, Why, explained

SUCCESSES = range(200, 300)
UNREAD = object()


class ResponseRules:
    def __init__(self, config: HttpConfig) -> None:
        self._rules = (
            *((rule, _accepted) for rule in config.accepted),
            *((rule, _refused) for rule in config.refused),
            *((rule, _not_let_in) for rule in config.not_let_in),
        )
        self._provider_id = config.provider_id
        self._known = lru_cache(maxsize=64)(self._judged)  # many responses are the same

    def judge(self, response: Response) -> Verdict:
        return self._known(response.status, response.body)

    def provider_id(self, response: Response) -> str:
        """Return the provider's own id of the message; empty if there is none where it should be."""
        if self._provider_id is None:
            return ""
        found = value_at(_document(response.body), self._provider_id)
        return str(found) if type(found) in (str, int) else ""

    def _judged(self, status: int, body: bytes) -> Verdict:
        document: Any = UNREAD
        for rule, verdict in self._rules:
            if not rule.is_for(status):
                continue
            if rule.body and document is UNREAD:
                document = _document(body)
            if not rule.body or (document is not MISSING and all_hold(rule.body, document)):
                return verdict(rule, status, document)
        return _unmatched(status, body, document)


def _accepted(_rule: Rule, _status: int, _document: Any) -> Verdict:
    return ACCEPTED


def _refused(rule: Rule, status: int, document: Any) -> Verdict:
    return Refused(_why(rule, status, document))


def _not_let_in(rule: Rule, status: int, document: Any) -> Verdict:
    return NotLetIn(_why(rule, status, document))


def _why(rule: Rule, status: int, document: Any) -> Why:
    """The provider's code, if the rule lists it and so knows that it is nobody's phone; else the status."""
    said = listed_value(rule.body, document) if rule.body else MISSING
    if type(said) is int and 0 <= said <= LARGEST_GATEWAY_CODE:
        return gateway_code(said)
    if type(said) in (int, str) and said != "":
        return explained(Reason.GATEWAY_ANSWERED, str(said))
    return Why(Reason.HTTP_STATUS, status)


def _unmatched(status: int, body: bytes, document: Any) -> TryAgain:
    if status not in SUCCESSES:
        reason = Why(Reason.HTTP_STATUS, status)
        return TryAgain(reason, is_trouble=status == TOO_MANY_REQUESTS or status in SERVER_ERRORS)
    if len(body) > MAX_RESPONSE_BYTES:
        return TOO_LONG
    return TryAgain(Why(Reason.RESPONSE_NOT_JSON if document is MISSING else Reason.RESPONSE_UNMATCHED))


def _document(body: bytes) -> Any:
    """Return what the JSON of a body says, or MISSING."""
    return read_json(body, default=MISSING) if len(body) <= MAX_RESPONSE_BYTES else MISSING
