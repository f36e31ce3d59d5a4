from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from notification_service.console.gateways import labels as gateway_labels
from notification_service.mailings.gateways.address import URL_LENGTH
from notification_service.mailings.gateways.changes import (
    MOST_CONCURRENCY,
    MOST_PER_SECOND,
    MOST_SECONDS,
    OF_ENVIRONMENT,
    TOKEN_LENGTH,
)
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN

LEAST = 0.001
SHOWN = (
    *("name", "kind", "url", "token_variable", "connect_timeout_seconds", "request_timeout_seconds"),
    *("max_requests_per_second", "max_concurrency", "priority", "enabled"),
)


def _number(field: type[forms.IntegerField], label: Any, **options: Any) -> forms.IntegerField:
    return field(label=label, required=False, show_hidden_initial=True, **options)


class GatewayForm(forms.Form):
    """A hidden copy of what the form was opened with tells what the person changed since."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=64,
        show_hidden_initial=True,
        help_text=gettext_lazy("Small letters a to z, digits, _ and -."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[*gateway_labels.KIND.items()], show_hidden_initial=True
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=URL_LENGTH,
        show_hidden_initial=True,
        help_text=gettext_lazy("Such as https://gateway.example.com. Private addresses are refused."),
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=TOKEN_LENGTH,
        required=False,
        strip=True,
        help_text=gettext_lazy("Kept encrypted and never shown. Empty: stays as it is."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    forget_token = forms.BooleanField(label=gettext_lazy("Forget the kept token"), required=False)
    token_variable = forms.CharField(
        label=gettext_lazy("Or a variable of the workers that has the token"),
        max_length=64,
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy("Its name begins with GATEWAY_TOKEN."),
    )
    max_requests_per_second = _number(
        forms.FloatField,
        gettext_lazy("Requests a second, at most"),
        min_value=LEAST,
        max_value=MOST_PER_SECOND,
        help_text=gettext_lazy("Over all workers. Empty: without a limit."),
    )
    max_concurrency = _number(
        forms.IntegerField,
        gettext_lazy("Requests at once, at most"),
        min_value=1,
        max_value=MOST_CONCURRENCY,
        help_text=gettext_lazy("Over all workers. Empty: only the workers' own limit."),
    )
    connect_timeout_seconds = _number(
        forms.FloatField,
        gettext_lazy("Seconds to connect"),
        min_value=LEAST,
        max_value=MOST_SECONDS,
        help_text=gettext_lazy("Empty: the default."),
    )
    request_timeout_seconds = _number(
        forms.FloatField,
        gettext_lazy("Seconds for a request in all"),
        min_value=LEAST,
        max_value=MOST_SECONDS,
        help_text=gettext_lazy("Empty: the default."),
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        min_value=-(2**15),
        max_value=2**15 - 1,
        show_hidden_initial=True,
        help_text=gettext_lazy("The lowest of the enabled is the default; failover goes on to the next."),
    )
    enabled = forms.BooleanField(label=gettext_lazy("Enabled"), required=False, show_hidden_initial=True)

    def __init__(self, posted: Any, *, gateway: Gateway | None = None) -> None:
        row = gateway or Gateway()
        super().__init__(posted, initial={name: _plain(getattr(row, name)) for name in SHOWN})
        hidden = OF_ENVIRONMENT | {"forget_token"} if row.name == MAIN else set()
        if row.token_encrypted is None:
            hidden = hidden | {"forget_token"}
        for name in hidden:
            self.fields.pop(name, None)

    def changes(self) -> dict[str, Any]:
        """What the person changed, as `save_gateway` takes it; what others did meanwhile stays."""
        changed = {name: self.cleaned_data[name] for name in self.changed_data if name != "forget_token"}
        if self.cleaned_data.get("forget_token") and not changed.get("token"):
            changed["token"] = ""
        return changed


def _plain(value: Any) -> Any:
    """A limit of 50 is 50, not 50.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
