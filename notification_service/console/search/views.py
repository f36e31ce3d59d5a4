from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from notification_service.access.doors import may
from notification_service.access.permissions import Permission
from notification_service.access.phones import note_phones
from notification_service.console.mailings.state import states
from notification_service.console.mailings.views import mailings_found
from notification_service.console.parts.client_queries import by_phone
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import whole_number
from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing, Message

MOST = 20
FEWEST_DIGITS = 4  # of a phone's part: fewer are those of half the clients


def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    found = mailings_found(Mailing.objects.alive(), text).order_by("-pk")[:MOST] if text else []
    number = whole_number(text.removeprefix("#"))
    messages = Message.objects.filter(pk=number, mailing__deleted_at=None) if number is not None else []
    may_see = bool(text) and may(request.user, Permission.SEE_CLIENTS)
    may_be_phone = may_see and sum(map(str.isdigit, text)) >= FEWEST_DIGITS
    of_phone = Client.objects.alive().filter(by_phone(text, who=request.user)).order_by("-pk")
    clients = list(of_phone[: MOST + 1]) if may_be_phone else []
    note_phones(request.user, len(clients[:MOST]))
    return show(
        request,
        "search/results.html",
        title=_("Search"),
        q=text,
        mailings=states(list(found)),
        found_messages=list(messages),
        clients=clients[:MOST],
        has_more_clients=len(clients) > MOST,
    )
