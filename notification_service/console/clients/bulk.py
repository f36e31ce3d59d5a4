"""One thing done to all clients that the list shows: choosing it, its progress, and undoing it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from notification_service.access.doors import may
from notification_service.access.permissions import Permission
from notification_service.console.clients import labels
from notification_service.console.clients.views import clients_wanted, filter_wanted
from notification_service.console.parts.fields import CleanText
from notification_service.console.parts.page import show
from notification_service.console.parts.paging import page_by_id
from notification_service.directory.models import BulkAction
from notification_service.directory.rules import TAG_LENGTH, tag_fault, tag_of
from notification_service.mailings.bulk_actions import lifecycle

MOVING = ("waiting", "running")
Kind = BulkAction.Kind


class BulkActionForm(forms.Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("What to do"), choices=labels.KIND.items(), widget=forms.RadioSelect
    )
    tag = CleanText(label=gettext_lazy("Tag"), max_length=TAG_LENGTH, required=False)
    sure = forms.BooleanField(
        label=gettext_lazy("Delete them for good: this cannot be undone"), required=False
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("kind") == Kind.DELETE:
            if not values.get("sure"):
                self.add_error("sure", _("Tick this to delete them."))
            return values | {"tag": ""}
        values["tag"] = tag_of(values.get("tag", ""))
        if tag_fault(values["tag"]):
            self.add_error(
                "tag",
                _("Write the tag: one line of no more than %(most)d characters.") % {"most": TAG_LENGTH},
            )
        return values


def create(request: HttpRequest) -> HttpResponse:
    form = BulkActionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        kind = form.cleaned_data["kind"]
        if kind == Kind.DELETE and not may(request.user, Permission.DELETE_CLIENTS):
            raise PermissionDenied
        chosen = filter_wanted(request)
        action = lifecycle.request_action(kind=kind, tag=form.cleaned_data["tag"], chosen=chosen)
        return redirect("console:bulk-action", pk=action.pk)
    return show(
        request,
        "clients/bulk_form.html",
        title=_("Change many clients"),
        section="clients",
        code=422 if form.errors else 200,
        form=form,
        clients=labels.clients(clients_wanted(request).count()),
        is_everyone=not filter_wanted(request),
        may_delete=may(request.user, Permission.DELETE_CLIENTS),
    )


def action_list(request: HttpRequest) -> HttpResponse:
    page = page_by_id(request, BulkAction.objects.all(), rows=20)
    for action in page.rows:
        action.words = labels.action_words(action)
        action.summary = labels.action_summary(action)
    return show(
        request, "clients/bulk_list.html", title=_("Changes of many clients"), section="clients", page=page
    )


def detail(request: HttpRequest, pk: int) -> HttpResponse:
    state = _state(pk)
    return show(request, "clients/bulk_detail.html", section="clients", **state)


def live(request: HttpRequest, pk: int) -> HttpResponse:
    return render(request, "console/clients/bulk_live.html", _state(pk))


@require_POST
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(BulkAction, pk=pk)
    if not lifecycle.cancel(pk):
        messages.error(request, _("Nothing was done: it has ended in the meantime."))
    return redirect("console:bulk-action", pk=pk)


@require_POST
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    get_object_or_404(BulkAction, pk=pk)
    try:
        return redirect("console:bulk-action", pk=lifecycle.undo(pk).pk)
    except lifecycle.NotUndoable:
        messages.error(request, _("This cannot be undone, or not any more."))
        return redirect("console:bulk-action", pk=pk)


def _state(pk: int) -> dict[str, Any]:
    action = get_object_or_404(BulkAction, pk=pk)
    return {
        "title": labels.action_words(action),
        "action": action,
        "summary": labels.action_summary(action),
        "percent": action.done * 100 // action.clients if action.clients else 0,
        "moves": action.status in MOVING,
        "seconds": 1 if action.status in MOVING else 30,
        "can_undo": lifecycle.can_undo(action),
    }
