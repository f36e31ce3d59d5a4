"""The fields of a send window, in a mailing's form and in that of the contact hours."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.parts.countries import COUNTRY
from notification_service.mailings.models.hours import WindowColumns
from notification_service.mailings.public_holidays import DAYS


class TimeOfDay(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=widget, required=False, **kwargs)


def country_choices() -> Iterable[tuple[str, Any]]:
    """By their names, in the page's language."""
    names = sorted((str(name), code) for code, name in COUNTRY.items())
    return [("", gettext_lazy("none: they are ordinary days")), *((code, name) for name, code in names)]


class HoursFields(forms.Form):
    limit_hours = forms.BooleanField(
        label=gettext_lazy("Only at these hours and on these days, in each client's own time"), required=False
    )
    window_from = TimeOfDay(label=gettext_lazy("From"))
    window_to = TimeOfDay(label=gettext_lazy("To"))
    window_days = forms.MultipleChoiceField(
        label=gettext_lazy("Days"),
        choices=[(day, WEEKDAYS_ABBR[number]) for number, day in enumerate(DAYS)],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("None chosen: every day."),
    )
    window_holidays = forms.ChoiceField(
        label=gettext_lazy("Not on public holidays of"), choices=country_choices, required=False
    )

    def clean_window_days(self) -> list[str]:
        """All of them are no restriction."""
        days = [day for day in DAYS if day in self.cleaned_data["window_days"]]
        return days if len(days) < len(DAYS) else []

    def check_window(self, values: dict[str, Any]) -> None:
        if not values.get("limit_hours"):
            values |= {"window_from": None, "window_to": None, "window_days": [], "window_holidays": ""}
            return
        opens, closes = values.get("window_from"), values.get("window_to")
        is_all_day = opens is None and closes is None
        if is_all_day and (values.get("window_days") or values.get("window_holidays")):
            return
        if opens is None or closes is None:
            self.add_error("window_from", _("Enter both hours, or clear the checkbox."))
        elif opens == closes:
            self.add_error("window_to", _("The two hours must differ."))


def hours_values(row: WindowColumns) -> dict[str, Any]:
    return {
        "limit_hours": row.send_window is not None,
        "window_from": row.window_from,
        "window_to": row.window_to,
        "window_days": row.window_days,
        "window_holidays": row.window_holidays,
    }
