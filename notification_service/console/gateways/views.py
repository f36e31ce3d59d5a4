"""Gateways: the state of each, and, for administrators, its address and limits."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.gateways import labels as gateway_labels
from notification_service.console.gateways.forms import GatewayForm
from notification_service.console.gateways.queries import gateway_rows
from notification_service.console.gateways.tried import address_part, tried
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.mailings import gateways
from notification_service.mailings.gateways.http.providers import providers
from notification_service.mailings.gateways.incidents import KEPT as INCIDENTS_KEPT
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN

INCIDENTS_A_PAGE = 25
MOST_MAILINGS = 10  # named of an incident


def gateway_list(request: HttpRequest) -> HttpResponse:
    return show(request, "gateways/list.html", title=_("Gateways"), section="gateways", **_listed(request))


def live(request: HttpRequest) -> HttpResponse:
    return render(request, "console/gateways/live.html", _listed(request))


def incidents(request: HttpRequest, pk: int) -> HttpResponse:
    """When the gateway was held, and which mailings this affected."""
    gateway = get_object_or_404(Gateway, pk=pk)
    page = page_by_id(request, gateway.incidents.all(), rows=INCIDENTS_A_PAGE)
    return show(
        request,
        "gateways/incidents.html",
        title=_("Incidents of the gateway %(name)s") % {"name": gateway.name},
        section="gateways",
        gateway=gateway,
        page=page,
        touched=gateways.mailings_touched(gateway, page.rows),
        kept_days=INCIDENTS_KEPT.days,
        most_mailings=MOST_MAILINGS,
    )


def create(request: HttpRequest) -> HttpResponse:
    provider = providers().get(request.GET.get("provider", ""))
    form = GatewayForm(request.POST or None, provider=provider)
    if request.method == "POST" and (saved := _save(form, None)):
        messages.success(request, _("The gateway “%(name)s” is added.") % {"name": saved.name})
        return redirect("console:gateways")
    context = {"provider": provider, "providers": providers().values()}
    return _page(request, form, title=_("New gateway"), **context)


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    gateway = get_object_or_404(Gateway, pk=pk)
    form = GatewayForm(request.POST or None, gateway=gateway)
    if request.method == "POST" and (saved := _save(form, gateway)):
        messages.success(request, _changed(saved))
        return redirect("console:gateways")
    return _page(
        request,
        form,
        title=_("Gateway %(name)s") % {"name": gateway.name},
        gateway=gateway,
        key=uuid4(),
        **_receipts(request, gateway),
    )


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    gateway = get_object_or_404(Gateway, pk=pk)
    saved = gateways.save_gateway(gateway, enabled=request.POST.get("enabled") == "yes")
    messages.success(request, _changed(saved))
    return redirect("console:gateways")


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    """The page shows the result."""
    gateway = _or_404(gateways.release_gateway, pk)
    if gateway.held_at is None:
        messages.success(request, _("“%(name)s” is not paused: it works.") % {"name": gateway.name})
        return redirect("console:gateways")
    return redirect(f"{reverse('console:gateways')}{address_part(gateway)}#gateway-{pk}")


@require_POST
def replace_receipt_key(request: HttpRequest, pk: int) -> HttpResponse:
    _or_404(gateways.replace_receipt_key, pk)
    messages.success(request, _("The receipt key is new. Give it to the provider."))
    return redirect(f"{reverse('console:gateway', args=[pk])}#receipts")


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    name = get_object_or_404(Gateway, pk=pk).name
    try:
        _or_404(gateways.delete_gateway, pk)
    except gateways.GatewayInUse:
        messages.error(request, _in_use(name))
    else:
        messages.success(request, _("The gateway “%(name)s” is deleted.") % {"name": name})
    return redirect("console:gateways")


def _listed(request: HttpRequest) -> dict[str, Any]:
    rows = gateway_rows()
    outcomes = filter(None, (tried(row.gateway, request.GET, unsent=row.unsent) for row in rows))
    moves = any(row.is_held or row.unsent for row in rows)
    return {
        "rows": rows,
        "tried": next(outcomes, None),
        "main": MAIN,
        "seconds": 2 if moves else 30,
    }


def _save(form: GatewayForm, gateway: Gateway | None) -> Gateway | None:
    """Return None if something is refused; the form then shows every error."""
    if not form.is_valid():
        if form.is_bound:
            _show_problems(form, gateways.gateway_problems(gateway, **form.changes()))
        return None
    try:
        return gateways.save_gateway(gateway, **form.changes())
    except gateways.InvalidGateway as error:
        _show_problems(form, [error, *error.others])
    except Gateway.DoesNotExist:
        raise Http404 from None
    return None


def _show_problems(form: GatewayForm, problems: list[gateways.InvalidGateway]) -> None:
    known = set(form.errors)
    for problem in problems:
        if problem.field not in known:
            field = problem.field if problem.field in form.fields else None
            form.add_error(field, gateway_labels.problem(problem))


def _or_404(change: Any, pk: int) -> Any:
    try:
        return change(pk)
    except Gateway.DoesNotExist:
        raise Http404 from None


def _receipts(request: HttpRequest, gateway: Gateway) -> dict[str, Any]:
    """The address and the key for the receipts of the provider."""
    addresses = {
        f"{what}_url": request.build_absolute_uri(reverse(f"gateway-{what}", args=[gateway.name]))
        for what in ("receipts", "inbound")
    }
    try:
        return {**addresses, "receipt_key": gateways.receipt_key(gateway)}
    except gateways.GatewayUnusable:  # kept under another SECRET_KEY: it works, but cannot be shown
        return {**addresses, "receipt_key": None, "is_key_unreadable": True}


def _changed(gateway: Gateway) -> str:
    words = _("The gateway “%(name)s” is saved; workers will use the changes within seconds.")
    return words % {"name": gateway.name}


def _in_use(name: str) -> str:
    if name == MAIN:
        return _("The gateway “main” is the environment's: it cannot be deleted. Disable it.")
    words = _("Mailings use the gateway “%(name)s”: it cannot be deleted. Disable it instead.")
    return words % {"name": name}


def _page(request: HttpRequest, form: GatewayForm, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    return show(
        request, "gateways/form.html", title=title, section="gateways", code=code, form=form, **context
    )
