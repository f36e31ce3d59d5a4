"""A gateway's settings as a whole: the request, what its responses mean, and what its receipts mean."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notification_service.mailings.gateways.http.faults import ConfigFault, Faults, Place
from notification_service.mailings.gateways.http.pointers import Pointer
from notification_service.mailings.gateways.http.requests import RequestTemplate, read_request
from notification_service.mailings.gateways.http.rules import (
    Conditions,
    Rule,
    meet,
    note_overlaps,
    pointer_at,
    read_conditions,
    read_rules,
)
from notification_service.mailings.gateways.http.templates import RequestPlaceholder
from notification_service.mailings.gateways.unusable import GatewayFault

CONFIG_BYTES = 64 * 1024
OF_THE_REQUEST = ("method", "url", "headers", "content_type", "body")
RULES = ("accepted", "refused", "not_let_in")  # in this order the first match wins
FIELDS = (*OF_THE_REQUEST, *RULES, "provider_id", "receipts")
OF_RECEIPTS = frozenset({"list", "id", "provider_id", "delivered", "undelivered", "at", "reason"})
NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it
NEEDED = (RequestPlaceholder.PHONE, RequestPlaceholder.TEXT)


class InvalidConfig(ValueError):  # noqa: N818
    def __init__(self, faults: list[ConfigFault]) -> None:
        place, _, detail = faults[0]
        super().__init__(f"config/{'/'.join(map(str, place))}: {detail}")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ReceiptRules:
    """Where a receipt says of which message it is, and which ones say that it was delivered or not."""

    id: Pointer | None
    provider_id: Pointer | None  # asked only where there is no `id`
    delivered: Conditions
    undelivered: Conditions
    reason: Pointer | None
    at: Pointer | None = None
    list: Pointer | None = None  # of a body that has several: where they are; the others lead on from each

    @property
    def is_by_provider_id(self) -> bool:
        return self.id is None


@dataclass(frozen=True, slots=True)
class HttpConfig:
    request: RequestTemplate
    accepted: tuple[Rule, ...]
    refused: tuple[Rule, ...]
    not_let_in: tuple[Rule, ...]
    provider_id: Pointer | None
    receipts: ReceiptRules | None


def read_config(value: Any) -> HttpConfig:
    """Raises InvalidConfig with all that is wrong."""
    faults = Faults()
    config = _read(value, faults)
    if config is None or faults.found:
        raise InvalidConfig(faults.found)
    return config


def in_order(config: dict[str, Any]) -> dict[str, Any]:
    """Return the settings as they are written: PostgreSQL keeps no order."""
    return {name: config[name] for name in FIELDS if name in config}


def _read(value: Any, faults: Faults) -> HttpConfig | None:
    if not faults.is_object(value, (), frozenset(FIELDS)) or not _is_storable(value, faults):
        return None
    request = read_request(value, faults)
    if not faults.found:
        _note_missing(request, faults)
    rules = {name: read_rules(value.get(name, []), (name,), faults) for name in RULES}
    if not value.get("accepted"):
        faults.wrong(("accepted",), "must say which answers mean that the message was taken")
    note_overlaps(_placed(rules), faults)
    return HttpConfig(
        request,
        accepted=rules["accepted"],
        refused=rules["refused"],
        not_let_in=rules["not_let_in"],
        provider_id=_pointer(value, "provider_id", (), faults),
        receipts=_receipts(value.get("receipts"), faults),
    )


def _is_storable(value: Any, faults: Faults) -> bool:
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
        size = len(written.encode())
    except (ValueError, RecursionError):
        faults.wrong((), "is nested too deeply, or has a number or a character that is none in JSON")
        return False
    if NUL.search(written):
        faults.wrong((), "must not contain the character NUL")
        return False
    if size > CONFIG_BYTES:
        faults.add((), GatewayFault.CONFIG_TOO_LARGE, f"must take no more than {CONFIG_BYTES} bytes as JSON")
        return False
    return True


def _note_missing(request: RequestTemplate, faults: Faults) -> None:
    there = {placeholder.value.partition(":")[0] for placeholder in request.placeholders}
    for placeholder in NEEDED:
        if placeholder not in there:
            detail = f"{{{{{placeholder}}}}} is nowhere in the request"
            faults.add(("body",), GatewayFault.PLACEHOLDER_MISSING, detail)


def _placed(rules: dict[str, tuple[Rule, ...]]) -> Iterator[tuple[Place, Rule]]:
    for name in RULES:
        for index, rule in enumerate(rules[name]):
            yield (name, index), rule


def _pointer(value: dict[str, Any], name: str, place: Place, faults: Faults) -> Pointer | None:
    return None if value.get(name) is None else pointer_at(value[name], (*place, name), faults)


def _receipts(value: Any, faults: Faults) -> ReceiptRules | None:
    place: Place = ("receipts",)
    if value is None or not faults.is_object(value, place, OF_RECEIPTS):
        return None
    if value.get("id") is None and value.get("provider_id") is None:
        faults.wrong(place, "must say by `id` or `provider_id` of which message a receipt is")
    delivered = read_conditions(value.get("delivered"), (*place, "delivered"), faults)
    undelivered = read_conditions(value.get("undelivered"), (*place, "undelivered"), faults)
    if delivered and undelivered and meet(delivered, undelivered):
        detail = "receipts/delivered already takes a receipt that this names"
        faults.add((*place, "undelivered"), GatewayFault.RULES_OVERLAP, detail)
    return ReceiptRules(
        id=_pointer(value, "id", place, faults),
        provider_id=_pointer(value, "provider_id", place, faults),
        delivered=delivered,
        undelivered=undelivered,
        reason=_pointer(value, "reason", place, faults),
        at=_pointer(value, "at", place, faults),
        list=_pointer(value, "list", place, faults),
    )
