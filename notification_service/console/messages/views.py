from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from notification_service.access.phones import note_phones, text_for
from notification_service.console.messages import labels as message_labels
from notification_service.console.messages import queries as message_queries
from notification_service.console.messages.again import send_again
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.mailings import stats
from notification_service.mailings.models import Message
from notification_service.mailings.sent_texts import text_sent


def message_list(request: HttpRequest) -> HttpResponse:
    want = message_queries.wanted(request.GET)
    counts = stats.message_counts([want.mailing])[want.mailing] if want.mailing is not None else None
    page = message_queries.page_of(visible_messages(), want, counts)
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "messages/list.html",
        title=_("Messages"),
        section="messages",
        page=page,
        want=want,
        again=send_again(want, counts) if want.mailing is not None and counts else None,
        statuses=labels.MESSAGE_STATUS.items(),
        deliveries=labels.DELIVERY.items(),
        reasons=message_labels.reason_choices(),
        show_mailing=True,
    )


def visible_messages() -> QuerySet[Message]:
    # With those of no mailing, without those of mailings that are being deleted.
    return Message.objects.filter(mailing__deleted_at=None)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    related = ("client", "mailing", "single", "single__gateway")
    message = get_object_or_404(visible_messages().select_related(*related), pk=pk)
    phone = message.phone
    attempts = [
        (attempt, labels.OUTCOME[attempt.outcome], text_for(request.user, attempt.response, phone=phone))
        for attempt in message.failed_attempts.filter(partition=message.partition).order_by("at", "pk")[:200]
    ]
    note_phones(request.user, 1)
    return show(
        request,
        "messages/detail.html",
        title=_("Message #%(id)s") % {"id": pk},
        section="messages",
        message=message,
        text=text_for(request.user, text_sent(message) or "", phone=phone) or message.text,
        attempts=attempts,
    )
