"""The console's forms: the same rules as the API's, in the operator's words and time zone."""

import re
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.compose.text_form import TextForm
from notification_service.console.parts import labels
from notification_service.console.parts.fields import CleanText, Lines
from notification_service.directory.rules import TAG_LENGTH, is_operator_code, tag_of
from notification_service.mailings.models import Mailing

MOST_ENTRIES = 1000
LOCAL = "%Y-%m-%dT%H:%M"
FIELDS = (
    *("text", "operator_codes", "tags", "start_at", "end_at", "window_from", "window_to"),
    *("gateway", "failover", "on_unknown"),
)


class LocalMoment(forms.DateTimeField):
    """A date and time in the operator's zone, as the browser's own picker writes it."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=LOCAL)
        super().__init__(widget=widget, input_formats=[LOCAL, "%Y-%m-%dT%H:%M:%S"], **kwargs)


class TimeOfDay(forms.TimeField):
    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
        super().__init__(widget=widget, required=False, **kwargs)


class MailingForm(TextForm):
    operator_codes = CleanText(
        label=gettext_lazy("Operator codes"),
        required=False,
        help_text=gettext_lazy("Such as 916, 903. Empty: any."),
    )
    tags = Lines(
        label=gettext_lazy("Tags"),
        required=False,
        rows=2,
        help_text=gettext_lazy(
            "One a line. Empty: any. A client needs one of the codes and one of the tags."
        ),
    )
    untagged = forms.BooleanField(label=gettext_lazy("Clients without a tag as well"), required=False)
    starts = forms.ChoiceField(
        label=gettext_lazy("Starts"),
        choices=[("now", gettext_lazy("at once")), ("at", gettext_lazy("at a time"))],
    )
    start_at = LocalMoment(label=gettext_lazy("Start"), required=False)
    end_at = LocalMoment(label=gettext_lazy("End: nothing is sent from then on"))
    limit_hours = forms.BooleanField(
        label=gettext_lazy("Only between these hours, in each client's own time"), required=False
    )
    window_from = TimeOfDay(label=gettext_lazy("From"))
    window_to = TimeOfDay(label=gettext_lazy("To"))
    failover = forms.BooleanField(
        label=gettext_lazy("Through the next gateway while this one is held; some clients may get it twice"),
        required=False,
    )
    on_unknown = forms.ChoiceField(
        label=gettext_lazy("Where the gateway does not say whether it took a message"),
        choices=[*labels.ON_UNKNOWN.items()],
        required=False,
    )

    def clean_operator_codes(self) -> list[str]:
        typed = str(self.cleaned_data["operator_codes"])
        codes = [code for code in dict.fromkeys(re.split(r"[\s,;]+", typed)) if code]
        for code in codes or filter(None, [typed]):  # what was typed and names nobody is not "any"
            if not is_operator_code(code):
                raise forms.ValidationError(_("“%(code)s” is not three digits."), params={"code": code[:40]})
        return _few(codes)

    def clean_tags(self) -> list[str]:
        typed = str(self.cleaned_data["tags"]).split("\n")
        kept = str(self.initial.get("tags", "")).split("\n")  # as they are, white space included
        tags = list(dict.fromkeys(line if line in kept else tag_of(line) for line in typed))
        tags = [tag for tag in tags if tag]
        if any(len(tag) > TAG_LENGTH for tag in tags):
            raise forms.ValidationError(_("A tag has no more than 255 characters."))
        return _few(tags)

    def clean_start_at(self) -> Any:
        return self._unless_untouched("start_at")

    def clean_end_at(self) -> Any:
        return self._unless_untouched("end_at")

    def clean_window_from(self) -> Any:
        return self._unless_untouched("window_from")

    def clean_window_to(self) -> Any:
        return self._unless_untouched("window_to")

    def clean_on_unknown(self) -> str:
        return str(self.cleaned_data["on_unknown"] or Mailing.OnUnknown.SEND_AGAIN)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self._check_start(values)
        self._check_window(values)
        self._check_end(values)
        return values

    def fields_of_mailing(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}
        return values | {"tags": [*values["tags"], *([""] if self.cleaned_data["untagged"] else [])]}

    def _unless_untouched(self, name: str) -> Any:
        """What a mailing has, to the microsecond, where the minute that was shown of it came back."""
        was, field = self.initial.get(name), self.fields[name]
        shown = field.widget.format_value(field.prepare_value(was))
        is_untouched = was is not None and self.data.get(self.add_prefix(name)) == shown
        return was if is_untouched else self.cleaned_data[name]

    def _check_start(self, values: dict[str, Any]) -> None:
        """Of two answers to one question neither holds: a time that was typed is never passed over."""
        is_at_once = values.get("starts") != "at"
        if is_at_once and values.get("start_at"):
            self.add_error("start_at", _("“At once” is chosen, and a time is typed. Give one of the two."))
        elif is_at_once:
            values["start_at"] = timezone.now()
        elif not values.get("start_at") and "start_at" not in self.errors:
            self.add_error("start_at", _("Say when it starts, or choose “at once”."))

    def _check_window(self, values: dict[str, Any]) -> None:
        if not values.get("limit_hours"):
            values["window_from"] = values["window_to"] = None
            return
        opens, closes = values.get("window_from"), values.get("window_to")
        if opens is None or closes is None:
            self.add_error("window_from", _("Enter both hours, or clear the checkbox."))
        elif opens == closes:
            self.add_error("window_to", _("The two hours must differ."))

    def _check_end(self, values: dict[str, Any]) -> None:
        start, end = values.get("start_at"), values.get("end_at")
        if end is None or start is None:
            return
        if end <= timezone.now():
            self.add_error("end_at", _("The end is past. Choose a later one."))
        elif end <= start:
            self.add_error("end_at", _("The end must come after the start."))


def blank_form() -> MailingForm:
    tomorrow = timezone.localtime() + timedelta(days=1)
    return MailingForm(
        initial={
            "starts": "now",
            "end_at": tomorrow.replace(hour=21, minute=0, second=0, microsecond=0),
            "limit_hours": True,
            "window_from": "09:00",
            "window_to": "21:00",
        }
    )


def values_of(mailing: Mailing) -> dict[str, Any]:
    return {
        "text": mailing.text,
        "operator_codes": ", ".join(mailing.operator_codes),
        "tags": "\n".join(tag for tag in mailing.tags if tag),
        "untagged": "" in mailing.tags,
        "starts": "at",
        "start_at": mailing.start_at,
        "end_at": mailing.end_at,
        "limit_hours": mailing.window_from is not None,
        "window_from": mailing.window_from,
        "window_to": mailing.window_to,
        "gateway": mailing.gateway_id,
        "failover": mailing.failover,
        "on_unknown": mailing.on_unknown,
    }


def _few(entries: list[str]) -> list[str]:
    if len(entries) > MOST_ENTRIES:
        raise forms.ValidationError(_("No more than 1,000 can be chosen."))
    return entries
