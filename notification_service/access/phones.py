"""Phones as whoever asks may see them, and who has seen many: docs/decisions/0033."""

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

SHOWN_START = 4  # digits that the mask leaves: what a list may be searched by
BULK = 100  # in an hour: a page of the API, two of the console
FORGOTTEN_AT = 10_000  # people and keys a process remembers at most


def sees_whole_phones(who: Any) -> bool:
    return may(who, Permission.WHOLE_PHONES)


def masked(phone: str) -> str:
    """79161234567 as 7916***4567: enough to tell people apart, too little to write to them."""
    return f"{phone[:SHOWN_START]}***{phone[7:]}" if phone else ""


def phone_for(who: Any, phone: str | None) -> str:
    return (phone or "") if sees_whole_phones(who) else masked(phone or "")


def text_for(who: Any, text: str, *, phone: str | None = None) -> str:
    """A text of somebody else's, such as a gateway's answer, which may quote `phone` or another."""
    if sees_whole_phones(who):
        return text
    if phone:  # however it is written there
        text = re.sub(r"[^0-9\n]{0,3}".join(phone[1:]), masked(phone)[1:], text)
    return mask_phones(None, "", text)


def may_look_up(who: Any, digits: str) -> bool:
    """Whether a list may be searched by phones that begin so: not where that would tell hidden digits."""
    return len(digits) <= SHOWN_START or is_phone(digits) or sees_whole_phones(who)


@dataclass(slots=True)
class _Seen:
    hour: datetime
    phones: int = 0
    is_recorded: bool = False


_seen: dict[tuple[str, int | None], _Seen] = {}
_lock = threading.Lock()


def note_phones(who: Any, count: int) -> None:
    """So many clients are shown to whoever acts. From BULK in an hour on, one entry says so.

    Each process counts for itself, so that looking costs no write.
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
    """Another process may have done so; where two do at once, there are two entries."""
    origin = current_origin()
    recorded = Entry.objects.filter(
        action=Action.PHONES_READ, actor_kind=origin.actor_kind, actor_id=origin.actor_id, at__gte=hour
    )
    if not recorded.exists():
        record(Action.PHONES_READ)
