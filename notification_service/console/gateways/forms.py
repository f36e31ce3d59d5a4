from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from notification_service.console.gateways import labels as gateway_labels
from notification_service.console.gateways.fields import Pem, SettingsText, UnshownText, written
from notification_service.mailings.gateways.address import URL_LENGTH
from notification_service.mailings.gateways.http.providers import Provider
from notification_service.mailings.gateways.problems import (
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
    *("config", "tls_ca", "tls_certificate"),
)
TLS = ("tls_ca", "tls_certificate", "tls_key")


def _number(field: type[forms.IntegerField], label: Any, **options: Any) -> forms.IntegerField:
    return field(label=label, required=False, show_hidden_initial=True, **options)


class GatewayForm(forms.Form):
    """A hidden copy of what the form was opened with shows what the person changed."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=64,
        show_hidden_initial=True,
        help_text=gettext_lazy("Lowercase letters a to z, digits, _ and -."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("Kind"), choices=[*gateway_labels.KIND.items()], show_hidden_initial=True
    )
    url = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=URL_LENGTH,
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy(
            "Such as https://gateway.example.com. Private addresses are refused."
            " For “any HTTP API” leave it empty: the address is in the settings."
        ),
        widget=forms.TextInput(attrs={"inputmode": "url"}),
    )
    config = SettingsText(
        label=gettext_lazy("Settings"),
        show_hidden_initial=True,
        help_text=gettext_lazy("Only for “any HTTP API”: the request, and what its answers mean, in JSON."),
    )
    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=TOKEN_LENGTH,
        required=False,
        strip=True,
        help_text=gettext_lazy("Stored encrypted and never shown. Leave empty to keep the present one."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    forget_token = forms.BooleanField(label=gettext_lazy("Forget the stored token"), required=False)
    token_variable = forms.CharField(
        label=gettext_lazy("Or the workers’ environment variable that has the token"),
        max_length=64,
        required=False,
        show_hidden_initial=True,
        help_text=gettext_lazy("Its name begins with GATEWAY_TOKEN."),
    )
    max_requests_per_second = _number(
        forms.FloatField,
        gettext_lazy("Requests per second, at most"),
        min_value=LEAST,
        max_value=MOST_PER_SECOND,
        help_text=gettext_lazy("For all workers together. Empty: no limit."),
    )
    max_concurrency = _number(
        forms.IntegerField,
        gettext_lazy("Concurrent requests, at most"),
        min_value=1,
        max_value=MOST_CONCURRENCY,
        help_text=gettext_lazy("For all workers together. Empty: only the workers' own limit."),
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
        gettext_lazy("Seconds for the whole request"),
        min_value=LEAST,
        max_value=MOST_SECONDS,
        help_text=gettext_lazy("Empty: the default."),
    )
    priority = forms.IntegerField(
        label=gettext_lazy("Priority"),
        min_value=-(2**15),
        max_value=2**15 - 1,
        show_hidden_initial=True,
        help_text=gettext_lazy(
            "The enabled gateway with the lowest number is the default; failover goes to the next one."
        ),
    )
    enabled = forms.BooleanField(label=gettext_lazy("Enabled"), required=False, show_hidden_initial=True)

    tls_ca = Pem(
        label=gettext_lazy("Certificates of authorities to trust"),
        show_hidden_initial=True,
        help_text=gettext_lazy("PEM. Empty: those of the workers’ system."),
    )
    tls_certificate = Pem(
        label=gettext_lazy("Our own certificate"),
        show_hidden_initial=True,
        help_text=gettext_lazy("PEM, with its chain: for a gateway that asks who we are."),
    )
    tls_key = Pem(
        label=gettext_lazy("The key of our certificate"),
        widget=UnshownText,
        help_text=gettext_lazy("PEM, without a password. Stored encrypted and never shown."),
    )

    def __init__(
        self, posted: Any, *, gateway: Gateway | None = None, provider: Provider | None = None
    ) -> None:
        row = gateway or Gateway()
        initial = {name: _plain(getattr(row, name)) for name in SHOWN}
        if row.kind == Gateway.Kind.HTTP:
            initial["url"] = ""
        if provider:
            config = written(provider.config)
            initial |= {"name": provider.name, "kind": Gateway.Kind.HTTP, "config": config}
        super().__init__(posted, initial=initial)
        self._is_new = gateway is None
        if row.tls_key_encrypted is not None:
            self.fields["tls_key"].help_text = gettext_lazy(
                "PEM, without a password. Stored encrypted and never shown."
                " Leave empty to keep the present one."
            )
        hidden = OF_ENVIRONMENT | {"forget_token"} if row.name == MAIN else set()
        if row.token_encrypted is None:
            hidden = hidden | {"forget_token"}
        for name in hidden:
            self.fields.pop(name, None)
        if row.token_encrypted is None and "token" in self.fields:
            self.fields["token"].help_text = gettext_lazy("Stored encrypted and never shown.")

    def clean_url(self) -> str:
        """Of every kind but `http`, whose address is in its settings."""
        url = str(self.cleaned_data["url"])
        if not url and self.cleaned_data.get("kind") != Gateway.Kind.HTTP:
            raise forms.ValidationError(self.fields["url"].error_messages["required"])
        return url

    @property
    def usual_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name not in TLS]

    @property
    def tls_fields(self) -> list[forms.BoundField]:
        return [field for field in self if field.name in TLS]

    @property
    def has_tls(self) -> bool:
        """Whether the part about TLS is open."""
        return any(field.value() or field.errors for field in self.tls_fields)

    def changes(self) -> dict[str, Any]:
        """Return what the person changed, for `save_gateway`; what others changed meanwhile stays."""
        valid = self.cleaned_data.keys() - {"forget_token"}
        names = self.fields if self._is_new else self.changed_data
        changed = {name: self.cleaned_data[name] for name in names if name in valid}
        if self.cleaned_data.get("forget_token") and not changed.get("token"):
            changed["token"] = ""
        return changed


def _plain(value: Any) -> Any:
    """A limit of 50 is 50, not 50.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
