"""The rows of messages that the API shows."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, QuerySet

from notification_service.access.phones import text_for
from notification_service.api.pagination import DEFAULT_PAGE_SIZE
from notification_service.api.serializers.fast import rows_shown
from notification_service.api.serializers.message import MessageSerializer
from notification_service.database.rows_as_stored import as_stored
from notification_service.database.written_once import STAND_IN, RowsAsStored
from notification_service.mailings.models import Attempt, Mailing, Message
from notification_service.mailings.models.message import MessageQuerySet
from notification_service.mailings.models.reason import ReasonRead


class MessageColumns(NamedTuple):
    id: int
    mailing_id: int | None
    client_id: int | None
    client_external_id: str | None
    status: str
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    gateway_name: str | None
    provider_id: str
    delivery: str | None
    delivered_at: datetime | None
    delivery_reason: str
    reason: str
    reason_number: int | None
    error: str
    reference: str | None


class MessageRow(ReasonRead, MessageColumns):
    """A message of a list: making an object of the model takes as long as all else that is done for it."""

    __slots__ = ()


LISTED = MessageColumns._fields


def listed(messages: QuerySet[Message]) -> QuerySet[Any]:
    return as_stored(messages, *LISTED)


def described(rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    """Return rows of `listed` as the API shows them."""
    return rows_shown(MessageSerializer, rows, MessageRow)


def first_of_mailing(*, partition: int, mailing: int) -> QuerySet[Any]:
    """Return one more than a page shows."""
    messages = listed(shown_messages().filter(partition=partition, mailing=mailing))
    return messages.order_by("-id")[: DEFAULT_PAGE_SIZE + 1]


FIRST_OF_MAILING = RowsAsStored(first_of_mailing, partition=2**15 - 19, mailing=STAND_IN)


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
    # An attempt that the gateway did not let in is not counted, but leaves its reason.
    by_id = {message.pk: message for message in messages if message.attempts or message.reason}
    places = {message.partition for message in by_id.values()}
    attempts = Attempt.objects.filter(partition__in=places, message_id__in=by_id)
    latest = attempts.select_related("gateway").order_by("message_id", "-pk").distinct("message_id")
    found = {attempt.message_id: attempt for attempt in latest}
    for pk, attempt in found.items():
        attempt.response = text_for(reader, attempt.response, phone=by_id[pk].phone or None)
    return found
