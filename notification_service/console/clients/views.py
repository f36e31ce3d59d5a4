"""Clients: found, made, changed, deleted, and what was sent to them."""

from collections.abc import Callable
from functools import reduce
from operator import or_
from typing import Any

from django.contrib import messages
from django.db import IntegrityError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from notification_service.access.phones import may_look_up, note_phones
from notification_service.console.clients.forms import ClientForm
from notification_service.console.parts import labels
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.directory.models import Client
from notification_service.directory.rules import tag_of
from notification_service.directory.zones import known_zones
from notification_service.mailings import client_changes
from notification_service.mailings.models import Message
from notification_service.sessions import request_transaction


def client_list(request: HttpRequest) -> HttpResponse:
    filters, page = _filters(request), page_by_id(request, clients_wanted(request))
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "clients/list.html",
        title=_("Clients"),
        section="clients",
        page=page,
        is_filtered=any(filters.values()),
        filters=filters,
    )


def clients_wanted(request: HttpRequest) -> QuerySet[Client]:
    """The clients that the list's filters leave."""
    found, filters = Client.objects.alive(), _filters(request)
    if filters["phone"]:
        found = found.filter(_phone_begins(filters["phone"], request.user))
    if filters["tag"]:
        found = found.filter(tag=filters["tag"])
    if filters["code"]:
        found = found.filter(operator_code=filters["code"])
    if filters["zone"]:
        found = found.filter(timezone=filters["zone"])
    return found


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    history = Message.objects.filter(client=client, mailing__deleted_at=None).select_related("client")
    page = page_by_id(request, history)
    note_phones(request.user, 1)
    title = _("Client")
    return show(
        request,
        "clients/detail.html",
        title=title,
        section="clients",
        client=client,
        page=page,
        show_mailing=True,
    )


def create(request: HttpRequest) -> HttpResponse:
    form = ClientForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        client = _saved(form, lambda: client_changes.create_client(**form.cleaned_data))
        if client is not None:
            messages.success(request, _("The client has been created."))
            return redirect("console:client", pk=client.pk)
    return _form_page(request, form, title=_("New client"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    initial = {name: getattr(client, name) for name in ClientForm.base_fields}
    form = ClientForm(request.POST or None, initial=initial, attributes=client.attributes)
    version = request.POST.get("version", client.updated_at.isoformat())
    if request.method == "POST" and form.is_valid():
        if version != client.updated_at.isoformat():
            return _form_page(request, form, title=_("Change client"), code=409, client=client, stale=True)
        if _saved(form, lambda: client_changes.update_client(pk, **form.cleaned_data)) is not None:
            messages.success(request, _("The client has been changed."))
            return redirect("console:client", pk=pk)
    return _form_page(request, form, title=_("Change client"), client=client, version=version)


def delete(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    if request.method == "POST":
        client_changes.delete_client(pk)
        messages.success(request, _("The client has been deleted."))
        return redirect("console:clients")
    of_client = Message.objects.filter(client=client)
    unsent = of_client.filter(next_attempt_at__isnull=False).count()
    facts = {"unsent": labels.messages(unsent), "kept": labels.messages(of_client.count() - unsent)}
    return show(
        request,
        "clients/delete.html",
        title=_("Delete client"),
        section="clients",
        client=client,
        unsent=_("To be cancelled: %(unsent)s.") % facts if unsent else _("No message waits to be sent."),
        kept=_("Sent, or ended in another way: %(kept)s. They stay in the statistics of their mailings.")
        % facts,
    )


def _saved(form: ClientForm, save: Callable[[], Client]) -> Client | None:
    try:
        with request_transaction():
            return save()
    except IntegrityError:
        form.add_error("phone", _("Another client has this phone."))
        return None


def _form_page(
    request: HttpRequest, form: ClientForm, *, title: str, code: int = 200, **context: Any
) -> HttpResponse:
    code = 422 if form.errors and code == 200 else code
    context = {"form": form, "zones": sorted(known_zones()), **context}
    return show(request, "clients/form.html", title=title, section="clients", code=code, **context)


def _filters(request: HttpRequest) -> dict[str, str]:
    names = ("phone", "tag", "code", "zone")
    return {name: tag_of(request.GET.get(name, "").replace("\0", ""))[:255] for name in names}


def _phone_begins(text: str, who: Any) -> Q:
    """However it is written: +7, 8, spaces, dashes, brackets, and the beginning alone."""
    digits = "".join(character for character in text if character.isascii() and character.isdigit())
    if not digits:
        return Q(pk=None)
    if len(digits) == 11:
        return Q(phone=f"7{digits[1:]}") if digits[0] in "78" else Q(pk=None)
    with_country = digits[0] == "7" or text.lstrip().startswith("+")
    starts = [f"7{digits}", digits] if with_country else [f"7{digits}"]
    allowed = [Q(phone__startswith=start) for start in starts if may_look_up(who, start)]
    return reduce(or_, allowed, Q(pk=None))
