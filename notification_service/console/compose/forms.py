"""The console's forms: the same rules as the API's, in the operator's words and time zone."""

from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from notification_service.console.compose.text_form import TextForm
from notification_service.console.filters.form import FILTER_FIELDS, FilterForm
from notification_service.console.filters.written_parts import filter_values
from notification_service.console.parts import labels
from notification_service.console.parts.fields import CleanText, LocalMoment
from notification_service.console.parts.hours_fields import HoursFields, hours_values
from notification_service.directory.rules import LINE_PATTERN, TOPIC_LENGTH, composed, line_of, matches
from notification_service.mailings.models import Mailing
from notification_service.mailings.models.mailing import NAME_LENGTH
from notification_service.mailings.spread import MOST_MINUTES

FIELDS = (
    *("name", "text", *FILTER_FIELDS, "start_at", "end_at"),
    *("topic", "requires_consent", "ignores_opt_outs"),
    *("window_from", "window_to", "window_days", "window_holidays", "ignores_contact_hours"),
    "spread_minutes",
    *("gateway", "failover", "on_unknown"),
)

SPREAD_TOO_LONG = gettext_lazy("Longer than the mailing. Choose fewer minutes, or a later end.")


class MailingForm(FilterForm, HoursFields, TextForm):
    name = CleanText(
        label=gettext_lazy("Name"),
        max_length=NAME_LENGTH,
        required=False,
        clean_text=composed,
        help_text=gettext_lazy("For you and your colleagues. Clients do not see it."),
    )
    topic = CleanText(
        label=gettext_lazy("Topic"),
        required=False,
        max_length=TOPIC_LENGTH,
        clean_text=line_of,
        help_text=gettext_lazy("What it is about: whoever has opted out of it does not get it."),
    )
    requires_consent = forms.BooleanField(
        label=gettext_lazy("Only to those who have consented to the topic, or to everything"), required=False
    )
    # Only in the form of those who may.
    ignores_opt_outs = forms.BooleanField(
        label=gettext_lazy("Also to those who have opted out"), required=False
    )
    starts = forms.ChoiceField(
        label=gettext_lazy("Starts"),
        choices=[("now", pgettext_lazy("start", "now")), ("at", gettext_lazy("at a set time"))],
    )
    start_at = LocalMoment(label=gettext_lazy("Start"), required=False)
    end_at = LocalMoment(label=gettext_lazy("End: nothing is sent from then on"))
    ignores_contact_hours = forms.BooleanField(
        label=gettext_lazy("Not held to the contact hours that hold for every other mailing"), required=False
    )
    spread_minutes = forms.IntegerField(
        label=gettext_lazy("Spread over so many minutes"),
        required=False,
        min_value=1,
        max_value=MOST_MINUTES,
        help_text=gettext_lazy("So that not everybody answers at once. Empty: as fast as possible."),
    )
    failover = forms.BooleanField(
        label=gettext_lazy("Use the next gateway while this one is paused; some clients may get it twice"),
        required=False,
    )
    on_unknown = forms.ChoiceField(
        label=gettext_lazy("If the gateway does not say whether it took a message"),
        choices=[*labels.ON_UNKNOWN.items()],
        required=False,
    )

    def clean_topic(self) -> str:
        topic = str(self.cleaned_data["topic"])
        if not matches(LINE_PATTERN, topic):
            raise forms.ValidationError(_("A topic is one line of text."))
        return topic

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
        self.check_window(values)
        self._check_end(values)
        self._check_spread(values)
        return values

    def is_ready_to_count(self) -> bool:
        """Valid, or lacking only the text, which nobody has got wrong before writing it."""
        is_blank = not str(self.data.get(self.add_prefix("text"), "")).strip()
        if not self.is_valid() and not (is_blank and self.errors.keys() == {"text"}):
            return False
        self.cleaned_data.setdefault("text", "")
        return True

    def fields_of_mailing(self) -> dict[str, Any]:
        values = {name: self.cleaned_data[name] for name in FIELDS if name in self.fields}
        return values | self.filter_columns()

    def _unless_untouched(self, name: str) -> Any:
        """Return the mailing's own time, to the microsecond, if the form sent back the shown minute."""
        was, field = self.initial.get(name), self.fields[name]
        shown = field.widget.format_value(field.prepare_value(was))
        is_untouched = was is not None and self.data.get(self.add_prefix(name)) == shown
        return was if is_untouched else self.cleaned_data[name]

    @property
    def draft(self) -> str:
        """What a browser keeps what was typed under: of whom it is for nothing else is kept there."""
        if (found := self.outcome_of) is None:
            return "new"
        return "-".join(["again", str(found["outcome_of_mailing"]), *found["outcome_of_statuses"]])

    def _check_start(self, values: dict[str, Any]) -> None:
        """If "now" is chosen and a time is typed, neither counts: a typed time is never ignored."""
        is_at_once = values.get("starts") != "at"
        if is_at_once and values.get("start_at"):
            self.add_error("start_at", _("“Now” is chosen, and a time is typed. Give one of the two."))
        elif is_at_once:
            values["start_at"] = timezone.now()
        elif not values.get("start_at") and "start_at" not in self.errors:
            self.add_error("start_at", _("Say when it starts, or choose “now”."))

    def _check_end(self, values: dict[str, Any]) -> None:
        start, end = values.get("start_at"), values.get("end_at")
        if end is None or start is None:
            return
        if end <= timezone.now():
            self.add_error("end_at", _("The end is past. Choose a later one."))
        elif end <= start:
            self.add_error("end_at", _("The end must come after the start."))

    def _check_spread(self, values: dict[str, Any]) -> None:
        start, end, minutes = (values.get(name) for name in ("start_at", "end_at", "spread_minutes"))
        if start and end and minutes and timedelta(minutes=minutes) > end - start:
            self.add_error("spread_minutes", SPREAD_TOO_LONG)


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
        "name": mailing.name,
        "text": mailing.text,
        **filter_values(mailing),
        "topic": mailing.topic,
        "requires_consent": mailing.requires_consent,
        "ignores_opt_outs": mailing.ignores_opt_outs,
        "starts": "at",
        "start_at": mailing.start_at,
        "end_at": mailing.end_at,
        **hours_values(mailing),
        "ignores_contact_hours": mailing.ignores_contact_hours,
        "spread_minutes": mailing.spread_minutes,
        "gateway": mailing.gateway_id,
        "failover": mailing.failover,
        "on_unknown": mailing.on_unknown,
    }
