"""What the views of filters have in common."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from rest_framework import serializers

from notification_service.access.phones import may_look_up, sees_whole_phones
from notification_service.api.problems import nested_faults
from notification_service.directory.filters import ClientFilter, Comparison, InvalidFilter, Place

NO_PHONES = "Where phones are masked, a condition may name a whole phone or its first four digits."


@contextmanager
def refusing_unknown_names(*prefix: str) -> Iterator[None]:
    """Respond 400, with pointers, if a filter is wrong; `prefix` is where the body has the filter."""
    try:
        yield
    except InvalidFilter as error:
        faults = [((*prefix, *place), detail) for place, detail in error.faults]
        raise serializers.ValidationError(nested_faults(faults)) from None


def refuse_hidden_phones(who: Any, found: ClientFilter, *prefix: str) -> None:
    """A count of clients by parts of their phones would reveal the digits that the mask hides."""
    faults: list[tuple[Place, str]] = [
        ((*prefix, *place), NO_PHONES)
        for place, compared in found.comparisons()
        if compared.field == "phone" and not _may_compare(who, compared)
    ]
    if faults:
        raise serializers.ValidationError(nested_faults(faults))


def _may_compare(who: Any, compared: Comparison) -> bool:
    match compared.op:
        case "eq" | "starts_with" | "ne":
            return may_look_up(who, compared.value)
        case "in":
            return all(may_look_up(who, phone) for phone in compared.value)
        case "exists":
            return True
    return sees_whole_phones(who)
