"""The rows of messages that the API shows."""

from collections.abc import Sequence
from typing import Any

from django.db.models import F

from notification_service.access.phones import text_for
from notification_service.mailings.models import Attempt, Mailing, Message
from notification_service.mailings.models.message import MessageQuerySet


def visible_messages() -> MessageQuerySet:
    # Not a join: the few mailings that are being deleted are read once, and the list stays one index scan.
    going = Mailing.objects.filter(deleted_at__isnull=False)
    return shown_messages().exclude(mailing__in=going.values("pk"))


def shown_messages() -> MessageQuerySet:
    """With what MessageSerializer shows of other tables; with the messages of mailings being deleted."""
    return Message.objects.annotate(
        gateway_name=F("gateway__name"),
        client_external_id=F("client__external_id"),
        reference=F("single__reference"),
    )


def last_failures(messages: Sequence[Message], *, reader: Any) -> dict[int, Attempt]:
    """Return the latest attempt of each that did not succeed, with phones as the reader may see them."""
    by_id = {message.pk: message for message in messages if message.attempts}
    places = {message.partition for message in by_id.values()}
    attempts = Attempt.objects.filter(partition__in=places, message_id__in=by_id)
    latest = attempts.select_related("gateway").order_by("message_id", "-pk").distinct("message_id")
    found = {attempt.message_id: attempt for attempt in latest}
    for pk, attempt in found.items():
        attempt.response = text_for(reader, attempt.response, phone=by_id[pk].phone or None)
    return found
