"""The hours that every mailing is held to, beside its own."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from notification_service.console.parts.hours_fields import HoursFields, hours_values
from notification_service.console.parts.page import show
from notification_service.mailings.contact_hours import COLUMNS, both, contact_hours, set_contact_hours
from notification_service.mailings.holidays_ahead import holidays_ahead

AHEAD = timedelta(days=365)


class ContactHoursForm(HoursFields):
    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.check_window(values)
        return values


def edit(request: HttpRequest) -> HttpResponse:
    row = contact_hours()
    form = ContactHoursForm(request.POST or None, initial=hours_values(row) if row else {})
    if request.method == "POST" and form.is_valid():
        set_contact_hours(**{name: form.cleaned_data[name] for name in COLUMNS})
        messages.success(request, _("The contact hours are saved. They hold for what is unsent from now on."))
        return redirect("console:contact-hours")
    ahead = holidays_ahead(both(None, row), start=timezone.now(), end=timezone.now() + AHEAD)
    context: dict[str, Any] = {"form": form, "holidays": ahead, "code": 422 if form.errors else 200}
    return show(
        request, "contact_hours/edit.html", title=_("Contact hours"), section="contact-hours", **context
    )
