"""Clients as the list finds them, also by as much of a phone as somebody remembers: its beginning or end."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from notification_service.access.phones import may_look_up, may_look_up_end
from notification_service.directory.rules import is_phone, phone_starts, typed_phone
from notification_service.mailings.bulk_actions.selection import of_phones


def filter_of(filters: Mapping[str, str], *, who: Any) -> dict[str, Any]:
    """Return what the list's fields say, as `chosen_clients` reads it."""
    chosen = {
        "operator_codes": [filters["code"]] if filters["code"] else None,
        "tags": [filters["tag"]] if filters["tag"] else None,
        "timezone": filters["zone"] or None,
        "phones": phones_of(filters["phone"], who=who) if filters["phone"] else None,
    }
    return {name: value for name, value in chosen.items() if value is not None}


def by_phone(text: str, *, who: Any) -> Q:
    return of_phones(phones_of(text, who=who))


def phones_of(text: str, *, who: Any) -> dict[str, Any]:
    """Find phones in any spelling, but by no part that would reveal hidden digits to `who`."""
    digits, starts = typed_phone(text), phone_starts(text)
    if is_phone(digits):
        return {"is": digits}
    begins = [start for start in starts if may_look_up(who, start)]
    return {"starts": begins, "ends": digits if starts and may_look_up_end(who, digits) else ""}
