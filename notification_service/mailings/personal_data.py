"""Everything that the service knows of one client, to be given to that person.

Gateways' tokens, settings and other people's data have no place here. Whoever keeps something else about a
client adds it to SECTIONS, and sees to it that `client_changes.delete_client` erases it.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Prefetch, Q

from notification_service.audit.models import Entry
from notification_service.directory.importing.uploads.lifecycle import rejected_lines_with
from notification_service.directory.models import Client, Consent, OptOut
from notification_service.mailings.models import Attempt, InboundMessage, Message, SingleMessage
from notification_service.mailings.sent_texts import text_sent

Section = Callable[[Client], Any]

FIELDS = (
    *("id", "phone", "operator_code", "tags", "timezone", "external_id", "attributes"),
    *("created_at", "updated_at"),
)


def personal_data(client: Client) -> dict[str, Any]:
    return {name: section(client) for name, section in SECTIONS.items()}


def _fields(client: Client) -> dict[str, Any]:
    return {name: getattr(client, name) for name in FIELDS}


def _messages(client: Client) -> list[dict[str, Any]]:
    """Return them oldest first, without those of mailings that are being deleted.

    With single messages to the phone, before it was a client's.
    """
    attempts = Prefetch("failed_attempts", Attempt.objects.order_by("pk"))
    to_phone = SingleMessage.objects.filter(phone=client.phone).exclude(phone="").values("pk")
    theirs = Message.objects.filter(client=client, mailing__deleted_at=None).values("pk")
    found = Message.objects.filter(Q(pk__in=theirs) | Q(pk__in=to_phone)).order_by("pk")
    related = found.select_related("mailing", "single", "gateway")
    return [_message(each) for each in related.prefetch_related(attempts)]


def _message(message: Message) -> dict[str, Any]:
    return {
        "id": message.pk,
        "mailing": message.mailing_id,
        "text": text_sent(message),
        "status": message.status,
        "created_at": message.created_at,
        "sent_at": message.sent_at,
        "gateway": message.gateway.name if message.gateway else None,
        "delivery": message.delivery,
        "delivered_at": message.delivered_at,
        "error": str(message.why) if message.why else None,
        "failed_attempts": [failed_attempt(each) for each in message.failed_attempts.all()],
    }


def failed_attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "at": attempt.at,
        "outcome": attempt.outcome,
        "error": str(attempt.why),
        "answer": attempt.response or None,
    }


def _changes(client: Client) -> list[dict[str, Any]]:
    """What the audit log says of the client, but not the names of the people who did it."""
    entries = Entry.objects.about(f"client:{client.pk}").order_by("pk")
    return [
        {"at": each.at, "action": each.action, "by": each.actor_kind, "facts": each.facts} for each in entries
    ]


def _rejected_lines(client: Client) -> list[dict[str, Any]]:
    return rejected_lines_with(client.phone or "")


def _opt_outs(client: Client) -> list[dict[str, Any]]:
    """Of the client's phone as it is now, the withdrawn ones, too."""
    fields = ("topic", "reason", "source", "created_at", "withdrawn_at")
    return list(OptOut.objects.filter(phone=client.phone).order_by("pk").values(*fields))


def _consents(client: Client) -> list[dict[str, Any]]:
    """Of the client's phone as it is now, the revoked ones, too."""
    fields = ("topic", "given_at", "evidence", "revoked_at")
    return list(Consent.objects.filter(phone=client.phone).order_by("pk").values(*fields))


def _replies(client: Client) -> list[dict[str, Any]]:
    """What came from the client's phone as it is now."""
    fields = ("text", "at", "received_at", "is_stop")
    return list(InboundMessage.objects.filter(phone=client.phone).order_by("pk").values(*fields))


SECTIONS: Mapping[str, Section] = {
    "client": _fields,
    "opt_outs": _opt_outs,
    "consents": _consents,
    "messages": _messages,
    "replies": _replies,
    "changes": _changes,
    "rejected_lines": _rejected_lines,
}
