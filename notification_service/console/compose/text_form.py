"""What a mailing and its test have in common: a text, and the gateway that it goes through."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notification_service.console.gateways import labels as gateway_labels
from notification_service.console.parts.fields import CleanText, phone_of
from notification_service.console.parts.message_text import MessageText
from notification_service.mailings.gateways import State
from notification_service.mailings.models import Gateway
from notification_service.mailings.preview import client_for_test
from notification_service.mailings.test_sends import NoText, text_of_test


class GatewayChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, gateway: Gateway) -> str:
        state = State.HELD if gateway.held_at else State.HEALTHY if gateway.enabled else State.DISABLED
        word = "" if state is State.HEALTHY else f" ({gateway_labels.STATE[state][0]})"
        return f"{gateway.name}{word}"


class TextForm(forms.Form):
    """A text and its gateway, which is a field only if there are several."""

    text = MessageText()
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


class TestSendForm(TextForm):
    key = forms.UUIDField()  # of the click
    test_send_phone = CleanText(
        label=gettext_lazy("Phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_test_send_phone(self) -> str:
        return phone_of(str(self.cleaned_data["test_send_phone"]))

    def clean(self) -> dict[str, Any]:
        """The text as somebody would get it: the client with the phone, or one who has all the values."""
        values = super().clean() or {}
        if "text" in values and "test_send_phone" in values:
            client = client_for_test(values["text"], phone=values["test_send_phone"])
            try:
                values["text"] = text_of_test(values["text"], client)
            except NoText as error:
                self.add_error("text", _no_text(error))
        return values


def _no_text(error: NoText) -> str:
    if error.missing:
        return _("No client has a value of each: %(names)s.") % {"names": ", ".join(error.missing)}
    return _("With a client’s values the text is empty or too long.")


def blank_test_send() -> TestSendForm:
    return TestSendForm(initial={"key": uuid.uuid4()})
