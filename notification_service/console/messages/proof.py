"""The proof for one message, as a page that can be printed and filed."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from notification_service.access.phones import note_phones, text_for
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.preferences.kinds import topic_words
from notification_service.mailings.models import Message
from notification_service.mailings.personal_text import is_personal
from notification_service.mailings.proof import proof_of

FULL = "j E Y, H:i:s"


def proof(request: HttpRequest, pk: int) -> HttpResponse:
    found = Message.objects.filter(mailing__deleted_at=None)
    message = get_object_or_404(found.select_related("client", "mailing", "single", "gateway"), pk=pk)
    known = proof_of(message)
    note_phones(request.user, 1)
    title = _("Proof of message #%(id)s") % {"id": pk}
    return show(
        request,
        "messages/proof.html",
        title=title,
        section="messages",
        message=message,
        proof=known,
        text=text_for(request.user, known["text"] or "", phone=known["phone"]),
        written_as=_written_as(message),
        sent_at=_moments(known["sent_at_local"], message.sent_at),
        consent=_consent(known["consent"]),
        attempts=[
            (attempt, text_for(request.user, attempt.response, phone=known["phone"]))
            for attempt in message.failed_attempts.filter(partition=message.partition).order_by("at", "pk")
        ],
        issued=_full(timezone.localtime()),
    )


def _written_as(message: Message) -> str:
    """Return the text with its placeholders, or as it was changed since, if the client got another."""
    terms = message.terms
    has_changed = message.mailing is not None and message.mailing.first_text is not None
    differs = has_changed or is_personal(terms.text)
    return terms.text if differs and terms.anonymised_at is None else ""


def _moments(local: datetime | None, at: datetime | None) -> list[str]:
    """Return the time in the client's zone, if it is known, and in UTC."""
    if at is None:
        return []
    of_all = _full(timezone.localtime(at))
    return [of_all] if local is None or _full(local) == of_all else [_full(local), of_all]


def _full(at: datetime) -> str:
    offset = at.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    name = getattr(at.tzinfo, "key", "") or ""
    return f"{formats.date_format(at, FULL)}, {name} ({labels.utc_offset(minutes)})".replace(
        "UTC (UTC)", "UTC"
    )


def _consent(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    revoked = found["revoked_at"]
    return {
        **found,
        "topic": topic_words(found["topic"]),
        "given": _full(timezone.localtime(found["given_at"])),
        "revoked": _full(timezone.localtime(revoked)) if revoked else "",
    }
