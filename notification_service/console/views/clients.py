from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from notification_service.console.client_form import ClientForm
from notification_service.console.message_queries import clients_by_phone
from notification_service.console.paging import page_by_id
from notification_service.console.views.page import show
from notification_service.mailings import clients
from notification_service.mailings.models import Client, Message


def client_list(request: HttpRequest) -> HttpResponse:
    found = Client.objects.alive()
    phone, tag, code = (request.GET.get(name, "").strip()[:255] for name in ("phone", "tag", "code"))
    if phone:
        found = found.filter(pk__in=clients_by_phone(phone))
    if tag:
        found = found.filter(tag=tag.replace("\0", ""))
    if code:
        found = found.filter(operator_code=code.replace("\0", ""))
    return show(
        request,
        "clients.html",
        title=_("Clients"),
        section="clients",
        page=page_by_id(request, found),
        phone=phone,
        tag=tag,
        operator_code=code,
    )


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    history = Message.objects.filter(client=client, mailing__deleted_at=None).select_related("client")
    page = page_by_id(request, history)
    return show(
        request,
        "client.html",
        title=_("Client"),
        section="clients",
        client=client,
        page=page,
        show_mailing=True,
    )


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    client = get_object_or_404(Client.objects.alive(), pk=pk)
    names = ("phone", "operator_code", "tag", "timezone")
    initial = {name: getattr(client, name) for name in names}
    form = ClientForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                clients.update_client(pk, **form.cleaned_data)
        except IntegrityError:
            form.add_error("phone", _("Another client has this phone."))
        else:
            messages.success(request, _("The client is changed."))
            return redirect("console:client", pk=pk)
    code = 422 if form.errors else 200
    title = _("Change client")
    return show(
        request, "client_edit.html", title=title, section="clients", code=code, form=form, client=client
    )
