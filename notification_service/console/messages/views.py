from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from notification_service.access.phones import note_phones, text_for
from notification_service.console.messages import queries as message_queries
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id, whole_number
from notification_service.mailings.models import Message


def message_list(request: HttpRequest) -> HttpResponse:
    page = page_by_id(request, messages_wanted(request))
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "messages/list.html",
        title=_("Messages"),
        section="messages",
        page=page,
        phone=request.GET.get("phone", "").strip(),
        id=request.GET.get("id", ""),
        show_mailing=True,
    )


def messages_wanted(request: HttpRequest) -> QuerySet[Message]:
    """The messages that the list's filters leave."""
    # The inner join leaves out the messages of mailings that are being deleted.
    messages = Message.objects.filter(mailing__deleted_at=None).select_related("client")
    if phone := request.GET.get("phone", "").strip():
        messages = messages.filter(client_id__in=message_queries.clients_by_phone(phone))
    if (number := whole_number(request.GET.get("id", "").strip().removeprefix("#"))) is not None:
        messages = messages.filter(pk=number)
    return messages


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    messages = Message.objects.filter(mailing__deleted_at=None).select_related("client", "mailing")
    message = get_object_or_404(messages, pk=pk)
    phone = message.client.phone if message.client else None
    attempts = [
        (attempt, labels.OUTCOME[attempt.outcome], text_for(request.user, attempt.answer, phone=phone))
        for attempt in message.failed_attempts.order_by("at", "pk")[:200]
    ]
    note_phones(request.user, 1)
    title = _("Message #%(id)s") % {"id": pk}
    return show(
        request, "messages/detail.html", title=title, section="messages", message=message, attempts=attempts
    )
