"""What the body of a receipt says, in our own shape or by a gateway's settings. Pure.

Without serializers, because thousands can come in a second.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from notification_service.directory.times import parse_datetime
from notification_service.mailings.gateways.http.config import ReceiptRules, read_config
from notification_service.mailings.gateways.http.pointers import MISSING, Pointer, value_at
from notification_service.mailings.gateways.http.rules import all_hold
from notification_service.observability.logs import mask_phones

MOST_RECEIPTS = 1_000
REASON_CHARACTERS = PROVIDER_ID_CHARACTERS = 200
INT64: Final = range(1, 2**63)
DELIVERED, UNDELIVERED = DELIVERIES = ("delivered", "undelivered")

NUMBER = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,9})?")
SECONDS_FROM = 10**9  # September 2001: less is no time of a message
MILLISECONDS_FROM = 10**11  # as seconds, the year 5138

Place = tuple[str | int, ...]
NOT_AN_ID = "Must be a whole number from 1 to 9223372036854775807, the id of a message."
NOT_A_DELIVERY = "Must be `delivered` or `undelivered`."
NOT_TEXT = "Must be text or null."
NOT_AN_OBJECT = "Must be an object."


class ReceiptFault(NamedTuple):
    place: Place
    detail: str
    code: str = "invalid"


class InvalidReceipts(ValueError):  # noqa: N818
    """Of a body: it is refused as a whole, so that whoever sent it can send it again."""

    def __init__(self, faults: list[ReceiptFault]) -> None:
        super().__init__(faults[0].detail)
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Receipt:
    """With our id of the message, or else the provider's; with neither, of a message that is not ours."""

    delivery: str
    message_id: int | None = None
    provider_id: str = ""
    at: datetime | None = None  # None: now
    reason: str = ""

    def outdoes(self, other: "Receipt") -> bool:
        """Return whether this one counts if both are of one message: delivered stays delivered."""
        return self.delivery == DELIVERED and other.delivery != DELIVERED


ReadOne = Callable[[Any, Place, list[ReceiptFault]], Receipt | None]


class ReceiptReader:
    """Reads bodies: an object or a list of them; where settings say so, a list within an object."""

    def __init__(self, read_one: ReadOne, *, listed_at: Pointer | None = None) -> None:
        self._read_one, self._listed_at = read_one, listed_at

    def read(self, body: Any) -> list[Receipt]:
        """Leave out what says neither that a message arrived nor that it did not. Raises InvalidReceipts."""
        faults: list[ReceiptFault] = []
        found = [self._read_one(each, place, faults) for place, each in self._items(body)]
        if faults:
            raise InvalidReceipts(faults)
        return [receipt for receipt in found if receipt]

    def _items(self, body: Any) -> Iterator[tuple[Place, Any]]:
        place: Place = ()
        if self._listed_at is not None and isinstance(body, dict):
            place, body = self._listed_at, value_at(body, self._listed_at)
            if not isinstance(body, list):
                raise InvalidReceipts([ReceiptFault(place, "Must be a list of receipts.", "not_a_list")])
        if not isinstance(body, list):
            yield place, body
            return
        if len(body) > MOST_RECEIPTS:
            detail = f"Must have no more than {MOST_RECEIPTS:,} receipts."
            raise InvalidReceipts([ReceiptFault(place, detail, "max_length")])
        yield from (((*place, index), each) for index, each in enumerate(body))


def reader_of(config: Mapping[str, Any] | None) -> ReceiptReader:
    """Return the reader of a gateway: by the `receipts` of its settings, or else of our own shape."""
    rules = read_config(config).receipts if config else None
    return ReceiptReader(RulesReader(rules), listed_at=rules.list) if rules else ReceiptReader(read_plain)


def read_plain(value: Any, place: Place, faults: list[ReceiptFault]) -> Receipt | None:
    """`{"id", "status", "at", "reason"}`. Other fields mean nothing to us: a provider may add some."""
    before = len(faults)
    if not isinstance(value, dict):
        faults.append(ReceiptFault(place, NOT_AN_OBJECT, "not_an_object"))
        return None
    message_id, delivery, reason = value.get("id"), value.get("status"), value.get("reason")
    if type(message_id) is not int or message_id not in INT64:
        faults.append(_fault(value, "id", place, NOT_AN_ID))
    if delivery not in DELIVERIES:
        faults.append(_fault(value, "status", place, NOT_A_DELIVERY))
    if not isinstance(reason, str | None):
        faults.append(_fault(value, "reason", place, NOT_TEXT))
    at = _moment(value.get("at"), (*place, "at"), faults)
    if len(faults) > before:
        return None
    return Receipt(str(delivery), message_id=message_id, at=at, reason=_reason(reason))


class RulesReader:
    """Reads one receipt by the `receipts` of a gateway's settings."""

    def __init__(self, rules: ReceiptRules) -> None:
        self._rules = rules

    def __call__(self, value: Any, place: Place, faults: list[ReceiptFault]) -> Receipt | None:
        if not isinstance(value, dict):
            faults.append(ReceiptFault(place, NOT_AN_OBJECT, "not_an_object"))
            return None
        delivery = self._delivery(value)
        if delivery is None:
            return None
        found = self._id(value)
        if found is MISSING:
            detail = "Has no id of a message where the gateway's settings say that it is."
            faults.append(ReceiptFault(place, detail, "required"))
            return None
        reason = _reason(value_at(value, self._rules.reason)) if self._rules.reason else ""
        at = moment_of(value_at(value, self._rules.at)) if self._rules.at else None
        if self._rules.id is not None:
            return Receipt(delivery, message_id=our_id(found), at=at, reason=reason)
        return Receipt(delivery, provider_id=provider_id_of(found), at=at, reason=reason)

    def _delivery(self, value: dict[str, Any]) -> str | None:
        if all_hold(self._rules.delivered, value):
            return DELIVERED
        return UNDELIVERED if all_hold(self._rules.undelivered, value) else None

    def _id(self, value: dict[str, Any]) -> Any:
        pointer = self._rules.id or self._rules.provider_id
        found = value_at(value, pointer) if pointer else MISSING
        return MISSING if found is None or found == "" else found


def our_id(found: Any) -> int | None:
    """Return the id that a provider gives back, as a number or as text; None if it is none of ours."""
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < 20:
        found = int(found)
    return found if type(found) is int and found in INT64 else None


def provider_id_of(found: Any) -> str:
    """Return a provider's id as it is kept; empty if it cannot be one."""
    written = str(found) if type(found) in (str, int) else ""
    return written if len(written) <= PROVIDER_ID_CHARACTERS and "\0" not in written else ""


def moment_of(found: Any) -> datetime | None:
    """Return a time in ISO 8601 with an offset, or in seconds or milliseconds since 1970; None if it is none.

    A provider's receipt is never refused for its time.
    """
    if isinstance(found, str) and NUMBER.fullmatch(found):
        found = float(found)
    try:
        if isinstance(found, str):
            return parse_datetime(found)
        if type(found) not in (int, float):
            return None
        seconds = found / 1000 if found >= MILLISECONDS_FROM else found
        return datetime.fromtimestamp(seconds, UTC) if seconds >= SECONDS_FROM else None
    except (ValueError, OverflowError, OSError):
        return None


def _reason(found: Any) -> str:
    """Mask phones, which viewers must not see and nobody needs in a provider's words."""
    written = str(found) if type(found) in (str, int) else ""
    return mask_phones(None, "", written.replace("\0", "\ufffd").strip())[:REASON_CHARACTERS]


def _fault(value: dict[str, Any], name: str, place: Place, detail: str) -> ReceiptFault:
    return ReceiptFault((*place, name), detail, "invalid") if name in value else _missing((*place, name))


def _missing(place: Place) -> ReceiptFault:
    return ReceiptFault(place, "This field is required.", "required")


def _moment(value: Any, place: Place, faults: list[ReceiptFault]) -> datetime | None:
    if value is None:
        return None
    try:
        if not isinstance(value, str):
            raise ValueError("Must be a string with a time in ISO 8601.")
        return parse_datetime(value)
    except ValueError as error:
        faults.append(ReceiptFault(place, str(error), "moment"))
        return None
