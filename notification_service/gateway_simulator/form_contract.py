"""What the form API requires of a request's body: every field once, in plain percent-encoding. Pure."""

import re
from typing import Final, NamedTuple
from urllib.parse import parse_qsl

from .contract import ContractError, RequestedMessage, parse_msg_id

PARAMETERS_WRONG: Final = 1
NOT_KNOWN: Final = 2
PHONE_WRONG: Final = 7

_MESSAGE_FIELDS: Final = frozenset({"phones", "mes", "id", "fmt", "charset"})
_CREDENTIALS: Final = (frozenset({"login", "psw"}), frozenset({"apikey"}))
# What browsers and libraries leave as it is; everything else is percent-encoded.
_ENCODED: Final = re.compile(rb"(?:[A-Za-z0-9*._~+=&-]|%[0-9A-Fa-f]{2})*")
_PHONE: Final = re.compile(r"[1-9][0-9]{6,14}", re.ASCII)
_MOST_FIELDS: Final = 7


class FormError(ContractError):
    """`code` is the API's own; the message quotes nothing of the request."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class Form(NamedTuple):
    token: str  # login:password, or the key
    message: RequestedMessage


def parse_form(body: bytes | bytearray) -> Form:
    fields = _parse_fields(body)
    names = frozenset(fields)
    if names - _MESSAGE_FIELDS not in _CREDENTIALS or not names >= _MESSAGE_FIELDS:
        raise FormError(PARAMETERS_WRONG, "the fields are not exactly those of the API")
    if fields["fmt"] != "3" or fields["charset"] != "utf-8":
        raise FormError(PARAMETERS_WRONG, "fmt is not 3 or charset is not utf-8")
    token = fields["apikey"] if "apikey" in fields else f"{fields['login']}:{fields['psw']}"
    return Form(token, _parse_message(fields))


def _parse_message(fields: dict[str, str]) -> RequestedMessage:
    msg_id = parse_msg_id(fields["id"].encode())
    if msg_id is None:
        raise FormError(PARAMETERS_WRONG, "id is not an int64")
    if not _PHONE.fullmatch(fields["phones"]):
        raise FormError(PHONE_WRONG, "phones is not one number of digits")
    if not fields["mes"] or "\0" in fields["mes"]:
        raise FormError(PARAMETERS_WRONG, "mes is empty or has a NUL")
    return RequestedMessage(msg_id, int(fields["phones"]), fields["mes"])


def _parse_fields(body: bytes | bytearray) -> dict[str, str]:
    if not _ENCODED.fullmatch(body):
        raise FormError(PARAMETERS_WRONG, "the body is not percent-encoded")
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=True,
            errors="strict",
            max_num_fields=_MOST_FIELDS,
        )
    except ValueError:  # UnicodeDecodeError is one
        raise FormError(PARAMETERS_WRONG, "the body is not a form in UTF-8") from None
    if len(dict(pairs)) != len(pairs):
        raise FormError(PARAMETERS_WRONG, "a field is given twice")
    return dict(pairs)
