"""Phones, whole or masked depending on the reader, and who has seen many: docs/decisions/0033."""

import re
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from notification_service.access.doors import may
from notification_service.access.permissions import Permission
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.audit.models import Entry
from notification_service.audit.origin import current_origin
from notification_service.directory.rules import is_phone
from notification_service.observability.logs import mask_phones

SHOWN_START = SHOWN_END = 4  # digits that the mask leaves: a list can be searched by them
BULK = 100  # in an hour: a page of the API, two of the console
FORGOTTEN_AT = 10_000  # people and keys a process remembers at most


def sees_whole_phones(who: Any) -> bool:
    return may(who, Permission.WHOLE_PHONES)


def masked(phone: str) -> str:
    """Mask 79161234567 as 7916***4567: enough to tell people apart, too little to write to them."""
    return f"{phone[:SHOWN_START]}***{phone[-SHOWN_END:]}" if phone else ""


def phone_for(who: Any, phone: str | None) -> str:
    return (phone or "") if sees_whole_phones(who) else masked(phone or "")


def text_for(who: Any, text: str, *, phone: str | None = None) -> str:
    """Mask a text from elsewhere, such as a gateway's response, that may quote `phone` or another one."""
    return text if sees_whole_phones(who) else masked_text(text, phone=phone)


def masked_text(text: str, *, phone: str | None = None) -> str:
    if phone:  # in whatever way it is written there
        text = re.sub(r"[^0-9\n]{0,3}".join(phone[1:]), masked(phone)[1:], text)
    return mask_phones(None, "", text)


def may_look_up(who: Any, digits: str) -> bool:
    """Return whether a list may be searched by phones that begin so; not if it would reveal hidden digits."""
    return len(digits) <= SHOWN_START or is_phone(digits) or sees_whole_phones(who)


def may_look_up_end(who: Any, digits: str) -> bool:
    """The same of phones that end so."""
    return len(digits) <= SHOWN_END or sees_whole_phones(who)


@dataclass(slots=True)
class _Seen:
    hour: datetime
    phones: int = 0
    is_recorded: bool = False


_seen: dict[tuple[str, int | None], _Seen] = {}
_lock = threading.Lock()


def note_phones(who: Any, count: int) -> None:
    """Count the clients that are shown to whoever acts. At BULK in an hour, one entry is written.

    Each process counts by itself, so that reading costs no write.
    """
    if count and sees_whole_phones(who):
        seen = _count(count)
        if seen.phones >= BULK and not seen.is_recorded:
            _record_once_an_hour(seen.hour)
            seen.is_recorded = True


def _count(count: int) -> _Seen:
    origin, hour = current_origin(), timezone.now().replace(minute=0, second=0, microsecond=0)
    actor = (origin.actor_kind, origin.actor_id)
    with _lock:
        if len(_seen) >= FORGOTTEN_AT:
            _seen.clear()
        seen = _seen.get(actor)
        if seen is None or seen.hour != hour:
            seen = _seen[actor] = _Seen(hour)
        seen.phones += count
        return seen


def _record_once_an_hour(hour: datetime) -> None:
    """Another process may have written one. If two do so at once, there are two entries."""
    origin = current_origin()
    recorded = Entry.objects.filter(
        action=Action.PHONES_READ, actor_kind=origin.actor_kind, actor_id=origin.actor_id, at__gte=hour
    )
    if not recorded.exists():
        record(Action.PHONES_READ)
