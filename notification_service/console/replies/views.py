"""What people wrote back."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from notification_service.access.phones import note_phones, text_for
from notification_service.console.parts.client_queries import by_phone
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.directory.models import Client
from notification_service.mailings.models import InboundMessage

KINDS = ("all", "stop", "other")


def reply_list(request: HttpRequest) -> HttpResponse:
    filters = _filters(request)
    page = page_by_id(request, _wanted(request, filters))
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "replies/list.html",
        title=_("Replies"),
        section="replies",
        page=page,
        rows=_rows(page.rows, who=request.user),
        filters=filters,
        is_filtered=filters != {"phone": "", "kind": KINDS[0]},
    )


def _rows(rows: list[InboundMessage], *, who: Any) -> list[tuple[InboundMessage, str, int | None]]:
    """Each with its text as the reader may see it, and the client who has the phone now."""
    phones = {row.phone for row in rows}
    clients = dict(Client.objects.alive().filter(phone__in=phones).values_list("phone", "pk"))
    return [(row, text_for(who, row.text, phone=row.phone), clients.get(row.phone)) for row in rows]


def _wanted(request: HttpRequest, filters: dict[str, str]) -> QuerySet[InboundMessage]:
    found = InboundMessage.objects.select_related("gateway")
    if filters["kind"] != KINDS[0]:
        found = found.filter(is_stop=filters["kind"] == "stop")
    if filters["phone"]:
        found = found.filter(by_phone(filters["phone"], who=request.user))
    return found


def _filters(request: HttpRequest) -> dict[str, str]:
    kind = request.GET.get("kind", "")
    return {
        "phone": request.GET.get("phone", "").replace("\0", "")[:30],
        "kind": kind if kind in KINDS else KINDS[0],
    }
