from collections.abc import Mapping
from functools import cached_property
from typing import Any

from rest_framework import serializers

from notification_service.api.fields import Flag, Id, Number, Text
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.gateway_config import GatewayConfigField
from notification_service.api.serializers.message import CODE_NUMBER
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import visible
from notification_service.mailings.gateways import GatewayFault, GatewayState, State, shown_url
from notification_service.mailings.gateways.address import URL_LENGTH
from notification_service.mailings.gateways.certificates import PEM_CHARACTERS
from notification_service.mailings.gateways.problems import (
    MOST_CONCURRENCY,
    MOST_PER_SECOND,
    MOST_SECONDS,
    TOKEN_LENGTH,
)
from notification_service.mailings.models import Gateway

LEAST = 0.001
CONFIG = (
    "Of kind `http`: the request, with placeholders such as `{{phone}}`, and the rules by which answers are "
    "accepted, refused, or mean that we are not let in. Any other answer is tried again. "
    "Null for other kinds."
)
TLS_CA = "PEM certificates of authorities to trust instead of the system's. Empty: the system's."
TLS_CERTIFICATE = "The PEM certificate, with its chain, that the gateway is shown. Empty: none."


MOVING = {
    *("is_default", "state", "unusable_reason", "unusable_code", "breaker", "held_reason", "held_code"),
    *("held_code_number", "held_at", "probe_at"),
    *("workers", "concurrency", "full_concurrency", "latency_ms"),
}


# Fields of a GatewayState: the row, and what the workers report about it.
class GatewaySerializer(FastSerializer):
    id = Id(source="gateway.pk", read_only=True)
    name = serializers.CharField(source="gateway.name", read_only=True)
    kind = serializers.ChoiceField(source="gateway.kind", choices=Gateway.Kind.values, read_only=True)
    url = serializers.SerializerMethodField(
        help_text="Where requests go, without credentials. That of `main` is the environment's."
    )
    config = GatewayConfigField(source="gateway.config", read_only=True, allow_null=True, help_text=CONFIG)
    has_token = serializers.SerializerMethodField(help_text="Whether a token is kept in its row.")
    token_variable = serializers.CharField(source="gateway.token_variable", read_only=True)
    tls_ca = serializers.CharField(source="gateway.tls_ca", read_only=True, help_text=TLS_CA)
    tls_certificate = serializers.CharField(
        source="gateway.tls_certificate", read_only=True, help_text=TLS_CERTIFICATE
    )
    has_tls_key = serializers.SerializerMethodField(help_text="Whether a key of the certificate is kept.")
    connect_timeout_seconds = serializers.FloatField(
        source="gateway.connect_timeout_seconds",
        read_only=True,
        allow_null=True,
        help_text="null: the workers' own.",
    )
    request_timeout_seconds = serializers.FloatField(
        source="gateway.request_timeout_seconds",
        read_only=True,
        allow_null=True,
        help_text="null: the workers' own.",
    )
    max_requests_per_second = serializers.FloatField(
        source="gateway.max_requests_per_second",
        read_only=True,
        allow_null=True,
        help_text="Over all workers together.",
    )
    max_concurrency = serializers.IntegerField(
        source="gateway.max_concurrency",
        read_only=True,
        allow_null=True,
        help_text="Over all workers together.",
    )
    priority = serializers.IntegerField(
        source="gateway.priority",
        read_only=True,
        help_text="The enabled gateway with the lowest number is the default; failover goes to the next one.",
    )
    enabled = serializers.BooleanField(source="gateway.enabled", read_only=True)
    is_default = serializers.BooleanField(read_only=True)
    state = serializers.ChoiceField(
        choices=State.values,
        read_only=True,
        help_text="`slow`: a worker sends it less at once than it would to a healthy gateway. "
        "`unusable`: a worker can send nothing to it as it is configured.",
    )
    unusable_reason = serializers.CharField(read_only=True, help_text="Empty: every worker can use it.")
    unusable_code = serializers.CharField(
        source="unusable_problem",
        read_only=True,
        help_text=f"Of `unusable_reason`: {', '.join(f'`{each}`' for each in GatewayFault)}.",
    )
    breaker = serializers.ChoiceField(
        source="gateway.breaker", choices=Gateway.Breaker.values, read_only=True
    )
    held_reason = serializers.SerializerMethodField(help_text="Empty while it is not held.")
    held_code = serializers.CharField(
        source="gateway.held_reason",
        read_only=True,
        help_text="That of `held_reason`; a message has the list.",
    )
    held_code_number = serializers.IntegerField(
        source="gateway.held_reason_number", read_only=True, allow_null=True, help_text=CODE_NUMBER
    )
    held_at = serializers.DateTimeField(source="gateway.held_at", read_only=True, allow_null=True)
    probe_at = serializers.DateTimeField(source="gateway.probe_at", read_only=True, allow_null=True)
    workers = serializers.IntegerField(read_only=True, help_text="That used it in the last 5 seconds.")
    concurrency = serializers.IntegerField(read_only=True, help_text="What they may have under way.")
    full_concurrency = serializers.IntegerField(read_only=True, help_text="What a healthy one would get.")
    latency_ms = serializers.FloatField(read_only=True, allow_null=True)

    def get_held_reason(self, state: GatewayState) -> str:
        return str(state.gateway.held_why or "")

    def get_url(self, state: GatewayState) -> str:
        return shown_url(state.gateway)

    def get_has_token(self, state: GatewayState) -> bool:
        return state.gateway.token_encrypted is not None

    def get_has_tls_key(self, state: GatewayState) -> bool:
        return state.gateway.tls_key_encrypted is not None


# What an administrator sets; the domain decides what is acceptable.
class GatewayChangeSerializer(StrictSerializer):
    moving = frozenset(MOVING)

    name = Text(max_length=64, required=False, clean=visible)
    kind = serializers.ChoiceField(choices=Gateway.Kind.values, required=False)
    url = Text(max_length=URL_LENGTH, required=False, help_text="Of kind `http` it is in `config`.")
    config = GatewayConfigField(required=False, allow_null=True, help_text=CONFIG)
    token = Text(
        max_length=TOKEN_LENGTH, allow_blank=True, required=False, help_text="Kept encrypted, never shown."
    )
    token_variable = Text(
        max_length=64,
        allow_blank=True,
        required=False,
        help_text="A variable of the workers' environment; begins with GATEWAY_TOKEN.",
    )
    tls_ca = Text(max_length=PEM_CHARACTERS, allow_blank=True, required=False, help_text=TLS_CA)
    tls_certificate = Text(
        max_length=PEM_CHARACTERS, allow_blank=True, required=False, help_text=TLS_CERTIFICATE
    )
    tls_key = Text(
        max_length=PEM_CHARACTERS,
        allow_blank=True,
        required=False,
        help_text="The key of `tls_certificate`, PEM, without a password. Kept encrypted, never shown.",
    )
    connect_timeout_seconds = Number(least=LEAST, most=MOST_SECONDS, required=False, allow_null=True)
    request_timeout_seconds = Number(least=LEAST, most=MOST_SECONDS, required=False, allow_null=True)
    max_requests_per_second = Number(least=LEAST, most=MOST_PER_SECOND, required=False, allow_null=True)
    max_concurrency = Number(least=1, most=MOST_CONCURRENCY, whole=True, required=False, allow_null=True)
    priority = Number(least=-(2**15), most=2**15 - 1, whole=True, required=False)
    enabled = Flag(required=False)

    @cached_property
    def shown_by(self) -> FastSerializer:
        return GatewaySerializer(self.instance)

    def to_internal_value(self, data: Any) -> Any:
        shown = shown_url(self.instance.gateway) if self.instance else None
        if shown is not None and isinstance(data, Mapping) and data.get("url") == shown:
            # The URL of `main` is the environment's, and is shown without its credentials.
            data = {name: value for name, value in data.items() if name != "url"}
        return super().to_internal_value(data)


class GatewayCreationSerializer(GatewayChangeSerializer):
    name = Text(max_length=64, clean=visible)
