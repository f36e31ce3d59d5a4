"""The result of “Try it now”. The page's address has the gateway and the time; nothing is stored."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from notification_service.console.parts.paging import whole_number
from notification_service.mailings import reason_labels
from notification_service.mailings.models import Gateway

TOLD_FOR_SECONDS = 600
MICROSECONDS = 1_000_000


@dataclass(frozen=True, slots=True)
class Tried:
    gateway_id: int
    level: str
    words: str


def address_part(gateway: Gateway) -> str:
    """Of one that is to be probed at its `probe_at`."""
    at = gateway.probe_at or timezone.now()
    return f"?tried={gateway.pk}&at={_stamp(at)}"


def tried(gateway: Gateway, query: Any, *, unsent: int) -> Tried | None:
    """Return what the page says of this gateway; None if it was not tried recently."""
    at, now = whole_number(query.get("at")), _stamp(timezone.now())
    if at is None or whole_number(query.get("tried")) != gateway.pk:
        return None
    if not 0 <= now - at <= TOLD_FOR_SECONDS * MICROSECONDS:
        return None
    return _outcome(gateway, at, unsent=unsent)


def _outcome(gateway: Gateway, at: int, *, unsent: int) -> Tried:
    if gateway.held_at is None:
        return Tried(gateway.pk, "success", _("It was tried and works: sending has resumed."))
    if gateway.breaker is Gateway.Breaker.HALF_OPEN:
        return Tried(gateway.pk, "", _("It is being tried: a message is on its way to it."))
    if gateway.probe_at is not None and _stamp(gateway.probe_at) > at:
        why = reason_labels.reason(gateway.held_why) if gateway.held_why else "–"
        return Tried(
            gateway.pk, "error", _("It was tried and still does not work: %(reason)s.") % {"reason": why}
        )
    if not unsent:
        return Tried(gateway.pk, "", _("It will be tried with the next message: none is waiting for it now."))
    return Tried(gateway.pk, "", _("It will be tried as soon as a worker is free and a message may be sent."))


def _stamp(at: datetime) -> int:
    return round(at.timestamp() * MICROSECONDS)
