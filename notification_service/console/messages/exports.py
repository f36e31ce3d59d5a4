"""Messages as CSV, with phones whole or masked, as the reader may see them."""

from collections.abc import Iterable, Iterator
from datetime import tzinfo
from itertools import chain
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone

from notification_service.access.phones import phone_for, text_for
from notification_service.audit.actions import Action
from notification_service.console.messages import queries as message_queries
from notification_service.console.messages.queries import Wanted
from notification_service.console.messages.views import visible_messages
from notification_service.console.parts.csv_export import csv_response, record_export
from notification_service.console.parts.export_rows import Row, in_order, moment
from notification_service.console.parts.gateway_words import last_responses
from notification_service.mailings.models import Message

HEADER = [
    *("id", "mailing", "phone", "timezone", "status", "created_at", "sent_at", "attempts"),
    *("next_attempt_at", "error", "code", "code_number", "cause", "cause_number", "answer"),
    *("delivery", "delivered_at", "delivery_reason"),
]


def messages(request: HttpRequest) -> HttpResponseBase:
    record_export(request, Action.MESSAGES_EXPORTED)
    want = message_queries.wanted(request.GET)
    return messages_response(request, "messages.csv", [visible_messages()], want)


def messages_response(
    request: HttpRequest, name: str, messages: Iterable[QuerySet[Message]], want: Wanted
) -> HttpResponseBase:
    """One part after another, each in its own order."""
    zone = timezone.get_current_timezone()  # now: rows are written when the request is over
    parts = (message_queries.narrowed(part, want) for part in messages)
    rows = chain.from_iterable(message_rows(part, request.user, want, zone) for part in parts)
    return csv_response(name, HEADER, rows)


def message_rows(messages: QuerySet[Message], who: Any, want: Wanted, zone: tzinfo) -> Iterator[Row]:
    """No index has the status, so each chunk is filtered after it was read."""
    for some in in_order(messages.select_related("client", "single")):
        found = message_queries.matching(some, want)
        responses = last_responses(message.pk for message in found if message.reason)
        for message in found:
            yield _row(message, responses.get(message.pk, ""), who, zone)


def _row(message: Message, response: str, who: Any, zone: tzinfo) -> Row:
    client = message.client  # none if the message is anonymised, or to a phone of no client
    phone = message.phone
    return [
        *(message.pk, message.mailing_id, phone_for(who, phone)),
        *(client.timezone if client else "", message.status),
        *(moment(message.created_at, zone), moment(message.sent_at, zone), message.attempts),
        *(moment(message.next_attempt_at, zone), str(message.why or "")),
        *(message.reason, message.reason_number, message.cause, message.cause_number),
        text_for(who, response, phone=phone),
        *(message.told or "", moment(message.delivered_at, zone), message.delivery_reason),
    ]
