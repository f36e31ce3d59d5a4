"""Who is told of what happens: webhooks, what became of each delivery, and the secret, shown once."""

import uuid
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notification_service.console.models import Submission
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id, whole_number
from notification_service.console.webhooks.forms import WebhookForm
from notification_service.directory.versions import Stale
from notification_service.webhooks import changes
from notification_service.webhooks.address import InvalidWebhook
from notification_service.webhooks.models import Webhook, WebhookDelivery


def webhook_list(request: HttpRequest) -> HttpResponse:
    rows = Webhook.objects.alive().order_by("-pk")
    return show(request, "webhooks/list.html", title=_("Webhooks"), section="webhooks", webhooks=rows)


def create(request: HttpRequest) -> HttpResponse:
    form = WebhookForm(request.POST or None, initial={"form_key": uuid.uuid4()})
    if request.method == "POST" and form.is_valid() and (made := _created(request, form)):
        return made
    return _form(request, form, title=_("New webhook"))


def edit(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = _webhook(pk)
    version = str(request.POST.get("version", webhook.version))
    form = WebhookForm(request.POST or None, initial={"url": webhook.url, "events": webhook.events})
    if request.method == "POST" and form.is_valid() and _changed(form, pk, version):
        messages.success(request, _("The webhook is saved."))
        return redirect("console:webhook", pk)
    return _form(request, form, title=_("Change the webhook"), webhook=webhook, version=version)


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    return _detail(request, _webhook(pk))


def live(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "console/webhooks/live.html", _shown(request, _webhook(pk)))


@require_POST
def switch(request: HttpRequest, pk: int) -> HttpResponse:
    webhook = _webhook(pk)
    changes.update_webhook(pk, enabled=not webhook.enabled)
    words = _("The webhook is disabled.") if webhook.enabled else _("The webhook is enabled.")
    messages.success(request, words)
    return redirect("console:webhook", pk)


@require_POST
def test(request: HttpRequest, pk: int) -> HttpResponse:
    _webhook(pk)
    changes.test_webhook(pk)
    messages.success(request, _("A test is being sent. Its result appears below in a moment."))
    return redirect("console:webhook", pk)


@require_POST
def redeliver(request: HttpRequest, pk: int) -> HttpResponse:
    _webhook(pk)
    delivery = whole_number(request.POST.get("delivery"))
    try:
        changes.redeliver(pk, ids=[delivery] if delivery else [])
        messages.success(request, _("It is being sent again."))
    except changes.WebhookDisabled:
        messages.error(request, _("The webhook is disabled: enable it first."))
    return redirect("console:webhook", pk)


@require_POST
def rotate(request: HttpRequest, pk: int) -> HttpResponse:
    _webhook(pk)
    webhook, secret = changes.rotate_secret(pk)
    return _detail(request, webhook, secret=secret)


@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    _webhook(pk)
    changes.delete_webhook(pk)
    messages.success(request, _("The webhook is deleted."))
    return redirect("console:webhooks")


def _webhook(pk: int) -> Webhook:
    return get_object_or_404(Webhook.objects.alive(), pk=pk)


def _created(request: HttpRequest, form: WebhookForm) -> HttpResponse | None:
    """None if it cannot be saved, which the form then says."""
    values = dict(form.cleaned_data)
    try:
        with transaction.atomic():
            if Submission.is_first(values.pop("form_key")):
                webhook, secret = changes.create_webhook(**values)
                return _detail(request, webhook, secret=secret)
    except (InvalidWebhook, changes.TooManyWebhooks) as error:
        _refuse(form, error)
        return None
    messages.info(request, _("This webhook was created already. Its secret was shown then."))
    return redirect("console:webhooks")


def _changed(form: WebhookForm, pk: int, version: str) -> bool:
    values = {name: form.cleaned_data[name] for name in ("url", "events")}
    try:
        changes.update_webhook(pk, expected={version}, **values)
    except InvalidWebhook as error:
        _refuse(form, error)
    except Stale:
        form.add_error(None, _("Somebody has changed the webhook since you opened it. Open it again."))
    return not form.errors


def _refuse(form: WebhookForm, error: Exception) -> None:
    words = {
        "url_malformed": _("It must be http:// or https:// with a host, and without a login."),
        "port_out_of_range": _("A port is 1 to 65535."),
        "not_an_address": _("This is not an address: write IPv4 as four decimal numbers."),
        "private_address": _("This leads into a private network, which is not allowed here."),
        "name_not_resolved": _("There is no such host: DNS knows no address of it."),
    }
    if isinstance(error, InvalidWebhook):
        form.add_error(error.field, words.get(error.code, error.detail))
    else:
        form.add_error(None, _("There are as many webhooks as there can be."))


def _form(request: HttpRequest, form: WebhookForm, *, title: str, **context: Any) -> HttpResponse:
    code = 422 if form.errors else 200
    context |= {"form": form}
    return show(request, "webhooks/form.html", title=title, section="webhooks", code=code, **context)


def _detail(request: HttpRequest, webhook: Webhook, *, secret: str = "") -> HttpResponse:
    context = _shown(request, webhook) | {"secret": secret}
    return show(request, "webhooks/detail.html", title=_("Webhook"), section="webhooks", **context)


def _shown(request: HttpRequest, webhook: Webhook) -> dict[str, Any]:
    deliveries = WebhookDelivery.objects.filter(webhook=webhook)
    page = page_by_id(request, deliveries)
    waiting = deliveries.filter(ended_at=None)[:1000].count()
    return {"webhook": webhook, "page": page, "waiting": waiting, "seconds": 2 if waiting else 10}
