from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from notification_service.console import message_queries, words
from notification_service.console.csv_export import csv_response
from notification_service.console.paging import page_by_id, whole_number
from notification_service.console.views.page import show
from notification_service.mailings.models import Mailing, Message

EXPORTED = [
    "id",
    "phone",
    "timezone",
    "status",
    "created_at",
    "sent_at",
    "attempts",
    "next_attempt_at",
    "error",
]


def message_list(request: HttpRequest) -> HttpResponse:
    # The inner join leaves out the messages of mailings that are being deleted.
    messages = Message.objects.filter(mailing__deleted_at=None).select_related("client")
    if phone := request.GET.get("phone", "").strip():
        messages = messages.filter(client_id__in=message_queries.clients_by_phone(phone))
    if (number := whole_number(request.GET.get("id", "").strip().removeprefix("#"))) is not None:
        messages = messages.filter(pk=number)
    return show(
        request,
        "messages.html",
        title=_("Messages"),
        section="messages",
        page=page_by_id(request, messages),
        phone=phone,
        id=request.GET.get("id", ""),
        show_mailing=True,
    )


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    messages = Message.objects.filter(mailing__deleted_at=None).select_related("client", "mailing")
    message = get_object_or_404(messages, pk=pk)
    attempts = [
        (attempt, words.OUTCOME[attempt.outcome])
        for attempt in message.failed_attempts.order_by("at", "pk")[:200]
    ]
    title = _("Message #%(id)s") % {"id": pk}
    return show(request, "message.html", title=title, section="messages", message=message, attempts=attempts)


def export(request: HttpRequest, pk: int) -> StreamingHttpResponse:
    get_object_or_404(Mailing.objects.alive(), pk=pk)
    want = message_queries.wanted(request.GET)
    return csv_response(f"mailing-{pk}.csv", EXPORTED, _rows(pk, want))


def _rows(pk: int, want: message_queries.Wanted) -> Iterator[list[Any]]:
    for message in message_queries.every_message(pk, want):
        client = message.client
        times = (message.created_at, message.sent_at, message.next_attempt_at)
        created, sent, upcoming = (at.isoformat() if at else "" for at in times)
        yield [
            message.pk,
            client.phone,
            client.timezone,
            message.status,
            created,
            sent,
            message.attempts,
            upcoming,
            message.error,
        ]
