"""What the gateway's contract requires of a request's target and body. Pure."""

import json
import re
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, NoReturn

_MSG_ID: Final = re.compile(rb"0|-?[1-9][0-9]{0,18}")
_FIELDS: Final = frozenset({"id", "phone", "text"})
_LOWEST: Final = -(2**63)
_HIGHEST: Final = 2**63 - 1


class ContractError(ValueError):
    """The message says what is wrong, and quotes nothing of the request."""


class RequestedMessage(NamedTuple):
    msg_id: int
    phone: int
    text: str


def parse_msg_id(segment: bytes) -> int | None:
    """Return the path's message id; None if it is not an int64 in its one plain spelling."""
    if _MSG_ID.fullmatch(segment) is None:
        return None
    msg_id = int(segment)
    return msg_id if _is_int64(msg_id) else None


def parse_message(body: bytes | bytearray, *, msg_id: int) -> RequestedMessage:
    fields = _parse_object(body)
    if fields.keys() != _FIELDS:
        raise ContractError("the body's fields are not exactly id, phone and text")
    phone, text = fields["phone"], fields["text"]
    if not _is_int64(fields["id"]) or not _is_int64(phone):
        raise ContractError("id and phone must be int64 numbers")
    if fields["id"] != msg_id:
        raise ContractError("id differs from the path's")
    if not _is_text(text):
        raise ContractError("text must be a string of Unicode characters without NUL")
    return RequestedMessage(msg_id, phone, text)


def _parse_object(body: bytes | bytearray) -> dict[str, Any]:
    try:
        fields = _decoder.decode(body.decode("utf-8"))
    except UnicodeDecodeError:
        raise ContractError("the body is not UTF-8") from None
    except ContractError:
        raise
    except (ValueError, RecursionError):
        raise ContractError("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise ContractError("the body is not a JSON object")
    return fields


def _is_int64(value: object) -> bool:
    # `type() is`: a bool is an int to isinstance.
    return type(value) is int and _LOWEST <= value <= _HIGHEST


def _is_text(value: object) -> bool:
    if not isinstance(value, str) or "\0" in value:
        return False
    try:
        value.encode()  # refuses the lone surrogates that JSON escapes can smuggle in
    except UnicodeEncodeError:
        return False
    return True


def _without_duplicates(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise ContractError("a key is given twice")
    return fields


def _refuse_constant(_name: str) -> NoReturn:
    raise ContractError("NaN and Infinity are not JSON")


_decoder: Final = json.JSONDecoder(object_pairs_hook=_without_duplicates, parse_constant=_refuse_constant)
