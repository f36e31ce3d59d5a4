"""The rows of messages that the API shows."""

from django.db.models import F

from notification_service.mailings.models import Mailing, Message
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
