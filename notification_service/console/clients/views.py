"""Clients: finding, adding, changing and deleting them, and what was sent to them."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.access.phones import note_phones
from notification_service.console.clients.built_filter import built_filter, chosen, form_of
from notification_service.console.clients.forms import ClientForm
from notification_service.console.filters.form import FilterForm
from notification_service.console.parts import labels
from notification_service.console.parts.client_queries import filter_of
from notification_service.console.parts.gateway_words import note_words
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.console.parts.tag_list import written_tags
from notification_service.console.preferences.queries import said_of
from notification_service.directory.models import Client
from notification_service.directory.rules import tag_of
from notification_service.directory.zones import known_zones
from notification_service.mailings import client_changes
from notification_service.mailings.bulk_actions.selection import chosen_clients
from notification_service.mailings.models import Message


def client_list(request: HttpRequest) -> HttpResponse:
    return _list_page(request, form_of(built_filter(request)))


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Show the clients for whom conditions hold that somebody has built."""
    form = FilterForm(request.POST)
    return chosen(form) or _list_page(request, form, code=422)


def _list_page(request: HttpRequest, form: FilterForm, *, code: int = 200) -> HttpResponse:
    built, filters = built_filter(request), _filters(request)
    page = page_by_id(request, clients_wanted(request))
    note_phones(request.user, len(page.rows))
    return show(
        request,
        "clients/list.html",
        title=_("Clients"),
        section="clients",
        code=code,
        page=page,
        is_filtered=bool(built.written) or any(filters.values()),
        filters=filters,
        built=built,
        form=form,
    )


def clients_wanted(request: HttpRequest) -> QuerySet[Client]:
    """Return the clients that pass the list's filters."""
    return chosen_clients(filter_wanted(request))


def filter_wanted(request: HttpRequest) -> dict[str, Any]:
    """What is typed beside the conditions restricts them; a code or a tag is a condition itself."""
    return filter_of(_filters(request), who=request.user) | built_filter(request).written


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    history = Message.objects.filter(client=client, mailing__deleted_at=None).select_related(
        "client", "single"
    )
    page = page_by_id(request, history)
    note_words(page.rows)
    note_phones(request.user, 1)
    title = _("Client")
    return show(
        request,
        "clients/detail.html",
        title=title,
        section="clients",
        client=client,
        said=said_of(client.phone or "", who=request.user),
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
    initial["tags"] = written_tags(client.tags)
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
        with transaction.atomic():
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
