"""The proof for one message: to whom it went, when, under which consent, and what it said."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Q

from notification_service.audit.actions import Action
from notification_service.audit.models import Entry
from notification_service.directory.models import EVERYTHING, Client, Consent
from notification_service.mailings.models import Message
from notification_service.mailings.personal_data import failed_attempt
from notification_service.mailings.sent_texts import text_sent


def proof_of(message: Message) -> dict[str, Any]:
    """Return what is known. The phone is the client's, as it is now; or that of a single message without one.

    With the client erased, or the message anonymised, only the outcome is left.
    """
    client = message.client
    attempts = message.failed_attempts.filter(partition=message.partition).order_by("pk")
    return {
        "message": message.pk,
        "mailing": message.mailing_id,
        "text": text_sent(message),
        "status": message.status,
        "client": message.client_id,
        "phone": message.phone or None,
        "phone_changed_since": _phone_changed(client, since=message.sent_at or message.created_at),
        "timezone": client.timezone if client and client.phone else None,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "sent_at_local": _local(message.sent_at, client),
        "gateway": message.gateway.name if message.gateway else None,
        "delivery": message.delivery,
        "delivered_at": message.delivered_at,
        "error": str(message.why) if message.why else None,
        "failed_attempts": [failed_attempt(each) for each in attempts],
        "consent": consent_of(message),
    }


def consent_of(message: Message) -> dict[str, Any] | None:
    """Return the consent of the phone that was in force when it was sent, one to its topic first."""
    phone, at = message.phone, message.sent_at
    if not phone or at is None:
        return None
    of_phone = Consent.objects.filter(phone=phone, topic__in={EVERYTHING, message.terms.topic})
    then = of_phone.filter(given_at__lte=at).filter(Q(revoked_at=None) | Q(revoked_at__gt=at))
    found = then.order_by("-topic", "-pk").values("id", "topic", "given_at", "evidence", "revoked_at").first()
    return dict(found) if found else None


def _phone_changed(client: Client | None, *, since: datetime) -> bool | None:
    """Only a change of a single client can give it another phone, and each leaves an entry."""
    if client is None or client.phone is None:
        return None
    changes = Entry.objects.about(f"client:{client.pk}").filter(action=Action.CLIENT_CHANGED, at__gt=since)
    return changes.filter(facts__fields__contains=["phone"]).exists()


def _local(at: datetime | None, client: Client | None) -> datetime | None:
    if at is None or client is None or client.phone is None:
        return None
    try:
        return at.astimezone(ZoneInfo(client.timezone))
    except (ValueError, OSError, ZoneInfoNotFoundError):  # a zone that PostgreSQL alone knows
        return None
