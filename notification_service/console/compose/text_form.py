"""What a mailing and a trial of it have in common: a text, and the gateway that it goes through."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.clients.forms import phone_of
from notification_service.console.gateways import labels as gateway_labels
from notification_service.console.parts.fields import CleanText, Lines
from notification_service.mailings.gateways import State
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.mailing import TEXT_LENGTH


class GatewayChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, gateway: Gateway) -> str:
        state = State.HELD if gateway.held_at else State.HEALTHY if gateway.enabled else State.DISABLED
        word = "" if state is State.HEALTHY else f" ({gateway_labels.STATE[state][0]})"
        return f"{gateway.name}{word}"


class TextForm(forms.Form):
    """A text, and through which gateway it goes; that is asked only where there are several."""

    text = Lines(label=gettext_lazy("Text"), max_length=TEXT_LENGTH, rows=6)
    gateway = GatewayChoice(
        label=gettext_lazy("Gateway"),
        queryset=Gateway.objects.order_by("priority", "id"),
        required=False,
        empty_label=gettext_lazy("the default one"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if Gateway.objects.count() < 2:
            for name in ("gateway", "failover"):
                self.fields.pop(name, None)

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if not text.strip():
            raise forms.ValidationError(_("Write something: white space alone is not sent."))
        return text


class TrialForm(TextForm):
    key = forms.UUIDField()  # of the click
    trial_phone = CleanText(
        label=gettext_lazy("Phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_trial_phone(self) -> str:
        return phone_of(str(self.cleaned_data["trial_phone"]))


def blank_trial() -> TrialForm:
    return TrialForm(initial={"key": uuid.uuid4()})
