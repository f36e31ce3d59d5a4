from django import forms
from django.utils.translation import gettext_lazy

from notification_service.console.webhooks.labels import EVENT
from notification_service.webhooks.events import Event
from notification_service.webhooks.models import URL_LENGTH


class WebhookForm(forms.Form):
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=URL_LENGTH,
        help_text=gettext_lazy(
            "The https:// address of the receiving system. Events are sent there by POST."
        ),
    )
    events = forms.MultipleChoiceField(
        label=gettext_lazy("Events"),
        choices=[(event.value, EVENT[event]) for event in Event],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one event.")},
    )
    form_key = forms.UUIDField(widget=forms.HiddenInput, required=False)
