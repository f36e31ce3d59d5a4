"""Why a message is not sent, or not yet: codes, from the engine to the API. Pure.

A code is stored in a row and counted; the console and the report have their own words for it. The English
sentence beside each code is for programs and logs. It is made from the code and its number, and never parsed.
"""

import re
from enum import StrEnum
from typing import Any, NamedTuple, Self

TEXT_CHARACTERS = 100
KEY = re.compile(r"(?P<code>[a-z_]+)(?::(?P<number>[0-9]{1,4}))?")


class Reason(StrEnum):
    """If the sentence has a number, so has the reason: an HTTP status, or the gateway's own code."""

    sentence: str

    def __new__(cls, code: str, sentence: str = "") -> Self:
        member = str.__new__(cls, code)
        member._value_ = code
        member.sentence = sentence
        return member

    # no request was made, or none reached the gateway
    REQUEST_NOT_BUILT = "request_not_built", "request cannot be built"  # the library cannot read the URL, say
    NAME_NOT_RESOLVED = "name_not_resolved", "name not resolved"  # DNS knows no address of the gateway
    CONNECTION_REFUSED = "connection_refused", "connection refused"  # nothing listens there
    CONNECT_TIMEOUT = "connect_timeout", "no connection in time"  # CONNECT_TIMEOUT_SECONDS were over
    NO_CONNECTION = "no_connection", "no connection"  # no route, say: the system's words follow
    ADDRESS_NOT_ALLOWED = "address_not_allowed", "a private address, which is not allowed"  # nor any other
    PROXY_SILENT = "proxy_silent", "the proxy did not answer"  # or not in HTTP
    PROXY_STATUS = "proxy_status", "the proxy refused: HTTP {number}"  # any status but 200
    TLS_ERROR = "tls_error", "TLS error"  # an untrusted certificate, say: OpenSSL's words follow
    ZONE_UNKNOWN = "zone_unknown", "time zone unknown to this worker"  # its system is older than the zone

    NO_VALUE = "no_value", "a value of the text is missing"  # with no fallback, or all is spaces
    TEXT_TOO_LONG = "text_too_long", "text too long"  # over 2,000 characters with the client's values

    # a request without a response: the gateway may have taken the message
    RESPONSE_TIMEOUT = "response_timeout", "no answer in time"  # REQUEST_TIMEOUT_SECONDS were over
    CONNECTION_BROKE = "connection_broke", "connection broke"  # before the response was whole
    WORKER_LOST = "worker_lost", "worker lost"  # it died, or lost the database, before it recorded
    INTERNAL_ERROR = "internal_error", "internal error"  # ours to mend: the log has its cause

    # a response that says no, or nothing that we understand
    HTTP_STATUS = "http_status", "HTTP {number}"  # any status but 200
    RESPONSE_TOO_LONG = "response_too_long", "answer over 64 KiB"  # it is not read further
    RESPONSE_NOT_JSON = "response_not_json", "answer is not JSON"  # a page of a proxy's, say
    RESPONSE_WITHOUT_CODE = "response_without_code", "answer has no code"  # JSON, but not of the API
    RESPONSE_INCOMPLETE = "response_incomplete", "answer has neither id nor error"  # likewise, of the form
    RESPONSE_UNMATCHED = "response_unmatched", "answer matches no rule"  # of a gateway of kind `http`
    GATEWAY_ANSWERED = "gateway_answered", "the gateway answered"  # a word of its settings' rules follows
    GATEWAY_CODE = "gateway_code", "the gateway's code is {number}"  # one that no table explains
    UNKNOWN_CODE = "unknown_code", "unknown error code"  # no number, or one beyond 9999

    # what a gateway's table of errors says
    PARAMETERS_WRONG = "parameters_wrong", "parameters wrong"  # of the request
    CREDENTIALS_WRONG = "credentials_wrong", "login, password or key wrong"  # the gateway's token is at fault
    ACCOUNT_EMPTY = "account_empty", "the account is empty"  # with the provider
    ADDRESS_BLOCKED = "address_blocked", "our address is blocked"  # by the provider
    DATE_WRONG = "date_wrong", "date wrong"  # of the request
    TEXT_FORBIDDEN = "text_forbidden", "message forbidden"  # the text, or the sender's name
    PHONE_WRONG = "phone_wrong", "phone number wrong"  # it is nobody's
    PHONE_UNREACHABLE = "phone_unreachable", "number cannot be delivered to"  # by this provider
    TOO_MANY_EQUAL = "too_many_equal", "too many equal requests"  # within a minute, or at once

    # what ends a message that waits
    DEADLINE_PASSED = "deadline_passed", "deadline passed"  # the mailing's `end_at` came first: see `cause`
    MAILING_CANCELLED = "mailing_cancelled", "mailing cancelled"  # by a person or a program
    CLIENT_DELETED = "client_deleted", "client deleted"  # and with it the phone
    OPTED_OUT = "opted_out", "opted out"  # the phone, of the mailing's topic or of everything
    NO_CONSENT = "no_consent", "no consent"  # the mailing requires one: there is none, or it was revoked

    # why a test send was not requested of its gateway
    NO_WORKER = "no_worker", "no worker took it in time"  # within a minute
    GATEWAY_DISABLED = "gateway_disabled", "gateway disabled"  # or deleted meanwhile
    GATEWAY_HELD = "gateway_held", "gateway held"  # its breaker is open
    GATEWAY_BUSY = "gateway_busy", "gateway busy"  # its limits left no room for it
    GATEWAY_UNUSABLE = "gateway_unusable", "gateway unusable"  # its row is wrong: the workers' log says how

    # reserved: nothing gives it any more
    OTHER = "other", "another reason"  # a row of a version without codes; where it had a text, that is kept


class Why(NamedTuple):
    """A reason with its number, if it has one.

    `text` is what a library or the system said about it, and is never counted. For OTHER it is what the older
    version said. `cause`, for a deadline, is what had kept the message from being sent, if anything had.
    """

    code: Reason
    number: int | None = None
    text: str = ""
    cause: "Why | None" = None

    def __str__(self) -> str:
        """Return it in English, with its cause, for programs and logs."""
        words = worded(self, self.code.sentence.format(number=self.number))
        return f"{words} ({self.cause})" if self.cause else words

    @property
    def key(self) -> str:
        """Return the reason as one word, such as `http_status:503`."""
        return self.code.value if self.number is None else f"{self.code.value}:{self.number}"

    @property
    def columns(self) -> dict[str, Any]:
        """Return it as columns of a row."""
        return {"reason": self.code.value, "reason_number": self.number}


NUMBERED = frozenset(reason for reason in Reason if "{number}" in reason.sentence)
# Which have a text.
EXPLAINED = frozenset({Reason.NO_CONNECTION, Reason.TLS_ERROR, Reason.GATEWAY_ANSWERED, Reason.OTHER})
# Whose text is the key of what had gone wrong before.
CAUSED = frozenset({Reason.DEADLINE_PASSED})
ANOTHER_REASON = Why(Reason.OTHER)


def explained(code: Reason, text: str) -> Why:
    """Return the reason with what a library or the system said."""
    storable = text.encode(errors="replace").decode().replace("\0", "")  # it may not be valid text
    return Why(code, text=storable[:TEXT_CHARACTERS])


def worded(why: Why, words: str) -> str:
    """Return the words for a reason, with its text but without its cause."""
    if why.code is Reason.OTHER:
        return why.text or words
    return f"{words}: {why.text}" if why.text else words


def read_row(code: str, number: int | None, text: str = "") -> Why | None:
    """Return what a row's columns say; None without a reason. Another version's code becomes the text."""
    if not code:
        return None
    try:
        reason = Reason(code)
    except ValueError:
        return Why(Reason.OTHER, text=code)
    cause = read_key(text) if reason in CAUSED else None
    return Why(reason, number, text if reason in EXPLAINED else "", cause)


def read_key(key: str) -> Why | None:
    """Return the reason with this `key`; None if there is none."""
    found = KEY.fullmatch(key)
    if found is None or found["code"] not in Reason.__members__.values():
        return None
    return Why(Reason(found["code"]), int(found["number"]) if found["number"] else None)
