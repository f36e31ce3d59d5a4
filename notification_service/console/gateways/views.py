"""Gateways: how each fares, and, for administrators, how it is reached and how much it may be asked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.gateways import labels as gateway_labels
from notification_service.console.gateways.forms import GatewayForm
from notification_service.console.gateways.queries import gateway_rows
from notification_service.console.parts.page import show
from notification_service.mailings import gateways
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN


def gateway_list(request: HttpRequest) -> HttpResponse:
    return show(request, "gateways/list.html", title=_("Gateways"), section="gateways", **_listed())


def live(request: HttpRequest) -> HttpResponse:
    return render(request, "console/gateways/live.html", _listed())


def create(request: HttpRequest) -> HttpResponse:
    form = GatewayForm(request.POST or None)
    if request.method == "POST" and (saved := _save(form, None)):
        messages.success(request, _("The gateway “%(name)s” is added.") % {"name": saved.name})
        return redirect("console:gateways")
    return _page(request, form, title=_("New gateway"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    gateway = get_object_or_404(Gateway, pk=pk)
    form = GatewayForm(request.POST or None, gateway=gateway)
    if request.method == "POST" and (saved := _save(form, gateway)):
        messages.success(request, _changed(saved))
        return redirect("console:gateways")
    return _page(request, form, title=_("Gateway %(name)s") % {"name": gateway.name}, gateway=gateway)


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    gateway = get_object_or_404(Gateway, pk=pk)
    saved = gateways.save_gateway(gateway, enabled=request.POST.get("enabled") == "yes")
    messages.success(request, _changed(saved))
    return redirect("console:gateways")


@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    gateway = _or_404(gateways.release_gateway, pk)
    words = _("The gateway “%(name)s” is tried at once.") if gateway.held_at else _("“%(name)s” is not held.")
    messages.success(request, words % {"name": gateway.name})
    return redirect("console:gateways")


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


def _listed() -> dict[str, Any]:
    rows = gateway_rows()
    moves = any(row.is_held or row.unsent for row in rows)
    return {"rows": rows, "main": MAIN, "seconds": 2 if moves else 30}


def _save(form: GatewayForm, gateway: Gateway | None) -> Gateway | None:
    if not form.is_valid():
        return None
    try:
        return gateways.save_gateway(gateway, **form.changes())
    except gateways.InvalidGateway as error:
        words = str(gateway_labels.PROBLEM[error.problem])
        form.add_error(error.field if error.field in form.fields else None, words)
    except Gateway.DoesNotExist:
        raise Http404 from None
    return None


def _or_404(change: Any, pk: int) -> Any:
    try:
        return change(pk)
    except Gateway.DoesNotExist:
        raise Http404 from None


def _changed(gateway: Gateway) -> str:
    words = _("The gateway “%(name)s” is saved; the workers follow within seconds.")
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
