"""Keys for programs. Each is shown once, when it is made; a form makes one, however often it is sent."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from notification_service.access.doors import may
from notification_service.access.models import ApiKey
from notification_service.access.permissions import Permission
from notification_service.console.models import Submission
from notification_service.console.parts import labels
from notification_service.console.parts.page import show


class KeyForm(forms.Form):
    name = forms.CharField(max_length=100, label=gettext_lazy("Name"))
    scope = forms.ChoiceField(choices=list(labels.SCOPE.items()), label=gettext_lazy("Permissions"))
    pii = forms.BooleanField(
        label=gettext_lazy("Sees whole phones"),
        help_text=gettext_lazy("Without it, phones are masked: 7916***4567."),
        required=False,
    )
    expires_days = forms.IntegerField(
        label=gettext_lazy("Valid for, days"),
        help_text=gettext_lazy("Empty: until it is revoked."),
        required=False,
        min_value=1,
        max_value=3650,
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)


def key_list(request: HttpRequest) -> HttpResponse:
    form, issued = KeyForm(request.POST) if request.POST else _blank(), ""
    if request.method == "POST":
        if not may(request.user, Permission.ADD_KEYS):
            raise PermissionDenied
        if form.is_valid():
            issued = _issued(request, form.cleaned_data)
            form = _blank()
    return show(
        request,
        "keys/list.html",
        title=_("API keys"),
        section="keys",
        form=form,
        issued=issued,
        keys=[(key, labels.SCOPE[key.scope]) for key in ApiKey.objects.order_by("-pk")[:200]],
    )


def _blank() -> KeyForm:
    return KeyForm(initial={"form_key": uuid.uuid4()})


@transaction.atomic
def _issued(request: HttpRequest, values: dict[str, Any]) -> str:
    """The key; empty where the page is reloaded, for it was shown then."""
    if Submission.is_first(values.pop("form_key")):
        return ApiKey.issue(**values)[1]
    messages.info(request, _("This key was created already, and shown once. The list below has it."))
    return ""


@require_POST
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=pk, revoked_at=None)
    key.revoke()
    messages.success(request, _("The key “%(name)s” no longer works.") % {"name": key.name})
    return redirect("console:keys")
