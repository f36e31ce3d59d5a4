from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from notification_service.access.doors import may
from notification_service.access.permissions import Permission
from notification_service.access.phones import note_phones
from notification_service.console.mailings.state import states
from notification_service.console.mailings.views import mailings_found
from notification_service.console.messages.queries import clients_by_phone
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import whole_number
from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing, Message

MOST = 20


def search(request: HttpRequest) -> HttpResponse:
    text = request.GET.get("q", "").strip()[:200]
    found = mailings_found(Mailing.objects.alive(), text).order_by("-pk")[:MOST] if text else []
    number = whole_number(text.removeprefix("#"))
    messages = Message.objects.filter(pk=number, mailing__deleted_at=None) if number is not None else []
    may_see = bool(text) and may(request.user, Permission.SEE_CLIENTS)
    clients = list(Client.objects.filter(pk__in=clients_by_phone(text))) if may_see else []
    note_phones(request.user, len(clients))
    return show(
        request,
        "search/results.html",
        title=_("Search"),
        q=text,
        mailings=states(list(found)),
        messages=list(messages),
        clients=clients,
    )
