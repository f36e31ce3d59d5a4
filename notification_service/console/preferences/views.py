"""Opt-outs and consents: finding, adding, importing and ending them. The address says which kind."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from notification_service.access.phones import note_phones
from notification_service.console.imports.screens import SCREENS
from notification_service.console.imports.views import receive, show_list
from notification_service.console.parts import labels
from notification_service.console.parts.client_queries import by_phone
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id, whole_number
from notification_service.console.preferences.forms import EndForm
from notification_service.console.preferences.kinds import CONSENTS, PreferenceScreen, topic_words
from notification_service.console.preferences.queries import (
    MOST_TOPICS,
    said,
    said_of,
    waiting_by_topic,
    waiting_under,
)
from notification_service.directory.models import Client, ClientUpload
from notification_service.directory.rules import TOPIC_LENGTH, line_of
from notification_service.mailings.models import Mailing

KIND_OF = {"opt-outs": ClientUpload.Kind.OPT_OUTS, "consents": ClientUpload.Kind.CONSENTS}
STATES = ("in_force", "ended", "all")


def listed(request: HttpRequest, kind: PreferenceScreen) -> HttpResponse:
    filters, page = _filters(request), page_by_id(request, _wanted(request, kind))
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "preferences/list.html",
        title=str(kind.words.title),
        section=kind.name,
        kind=kind,
        page=page,
        rows=said(kind, page.rows, who=request.user),
        filters=filters,
        is_filtered=filters != {"phone": "", "topic": "", "state": STATES[0]},
    )


def add(request: HttpRequest, kind: PreferenceScreen) -> HttpResponse:
    client = _client(request)
    form = kind.form(request.POST or None, phone=client.phone if client else None)
    if request.method == "POST" and form.is_valid():
        _row, is_new = kind.add(**form.cleaned_data)
        if is_new:
            messages.success(request, str(kind.words.add_done))
        else:
            messages.info(request, str(kind.words.known))
        return _back(kind, client)
    note_phones(request.user, 1 if client else 0)
    return show(
        request,
        "preferences/form.html",
        title=str(kind.words.add),
        section="clients" if client else kind.name,
        code=422 if form.errors else 200,
        kind=kind,
        form=form,
        client=client,
        topics=_topics(),
        waiting=waiting_by_topic(client.phone or "") if client else [],
    )


def end(request: HttpRequest, kind: PreferenceScreen, pk: int) -> HttpResponse:
    row = get_object_or_404(kind.model, pk=pk)
    client = Client.objects.alive().filter(phone=row.phone).first()
    if getattr(row, kind.ended) is not None:
        messages.info(request, _("Nothing has changed: it had ended already."))
        return _back(kind, client)
    form = EndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return _end(request, kind, row, form.cleaned_data["reason"], client)
    note_phones(request.user, 1)
    return show(
        request,
        "preferences/end.html",
        title=str(kind.words.end),
        section=kind.name,
        code=422 if form.errors else 200,
        kind=kind,
        form=form,
        row=said(kind, [row], who=request.user)[0],
        consequence=_consequence(kind, row),
        others=[
            each
            for each in said_of(row.phone, who=request.user)
            if each.kind is kind and each.ended is None and each.pk != pk
        ],
    )


def _end(
    request: HttpRequest, kind: PreferenceScreen, row: Any, reason: str, client: Client | None
) -> HttpResponse:
    try:
        kind.end(row.pk, reason=reason)
    except kind.model.DoesNotExist:  # somebody else was faster
        messages.info(request, _("Nothing has changed: it had ended already."))
    else:
        messages.success(request, str(kind.words.end_done))
    return _back(kind, client)


def _consequence(kind: PreferenceScreen, row: Any) -> str:
    if kind is not CONSENTS:
        return ""
    number = waiting_under(row)
    if not number:
        return _("No message waits under this consent.")
    return _("To be cancelled: %(unsent)s.") % {"unsent": labels.messages(number)}


def _back(kind: PreferenceScreen, client: Client | None) -> HttpResponse:
    return redirect("console:client", client.pk) if client else redirect(f"console:{kind.name}")


def _client(request: HttpRequest) -> Client | None:
    """Whom the form is for: by id, because an address is no place for a phone."""
    pk = request.GET.get("client")
    return get_object_or_404(Client.objects.alive(), pk=whole_number(pk)) if pk else None


def _topics() -> list[str]:
    """The topics of the latest mailings, which people most likely mean."""
    latest = Mailing.objects.alive().exclude(topic="").order_by("-pk").values_list("topic", flat=True)
    return sorted(set(latest[: MOST_TOPICS * 10]))[:MOST_TOPICS]


def _wanted(request: HttpRequest, kind: PreferenceScreen) -> QuerySet[Any]:
    found: QuerySet[Any] = kind.model.objects.all()
    filters = _filters(request)
    if filters["state"] != "all":
        found = found.filter(**{f"{kind.ended}__isnull": filters["state"] == "in_force"})
    if filters["phone"]:
        found = found.filter(by_phone(filters["phone"], who=request.user))
    if filters["topic"]:
        found = found.filter(topic="" if filters["topic"] == topic_words("") else filters["topic"])
    return found


def _filters(request: HttpRequest) -> dict[str, str]:
    state = request.GET.get("state", "")
    return {
        "phone": request.GET.get("phone", "").replace("\0", "")[:30],
        "topic": line_of(request.GET.get("topic", "").replace("\0", ""))[:TOPIC_LENGTH],
        "state": state if state in STATES else STATES[0],
    }


@csrf_exempt  # the check would read the file: `receive` makes it once there is a place for it
def upload(request: HttpRequest, kind: PreferenceScreen) -> HttpResponseBase:
    """A file is checked and imported as one of clients is."""
    screen = SCREENS[KIND_OF[kind.name]]
    return receive(request, screen) if request.method == "POST" else show_list(request, screen)
