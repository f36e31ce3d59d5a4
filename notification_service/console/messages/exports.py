"""Messages as CSV, with phones as whoever asks may see them."""

from collections.abc import Callable, Iterator
from datetime import tzinfo

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from notification_service.access.phones import masked, sees_whole_phones
from notification_service.audit.actions import Action
from notification_service.console.messages.views import messages_wanted
from notification_service.console.parts.csv_export import csv_response, record_export
from notification_service.console.parts.export_rows import Row, in_order, moment
from notification_service.mailings.models import Message

HEADER = [
    *("id", "mailing", "phone", "timezone", "status", "created_at", "sent_at", "attempts"),
    *("next_attempt_at", "error", "code", "code_number"),
]

Wanted = Callable[[Message], bool]


def messages(request: HttpRequest) -> HttpResponseBase:
    record_export(request, Action.MESSAGES_EXPORTED)
    return messages_response(request, "messages.csv", messages_wanted(request))


def messages_response(
    request: HttpRequest, name: str, messages: QuerySet[Message], *, wanted: Wanted = lambda _: True
) -> HttpResponseBase:
    zone, hides_phones = timezone.get_current_timezone(), not sees_whole_phones(request.user)
    return csv_response(name, HEADER, message_rows(messages, zone, hides_phones=hides_phones, wanted=wanted))


def message_rows(
    messages: QuerySet[Message], zone: tzinfo, *, hides_phones: bool, wanted: Wanted
) -> Iterator[Row]:
    """Of a status no index knows, so `wanted` looks at each row here rather than in the database."""
    for some in in_order(messages.select_related("client")):
        for message in filter(wanted, some):
            client = message.client  # none where the mailing is anonymised
            phone = (client and client.phone) or ""
            yield [
                *(message.pk, message.mailing_id, masked(phone) if hides_phones else phone),
                *(client.timezone if client else "", message.status),
                *(moment(message.created_at, zone), moment(message.sent_at, zone), message.attempts),
                *(moment(message.next_attempt_at, zone), str(message.why or "")),
                *(message.reason, message.reason_number),
            ]
