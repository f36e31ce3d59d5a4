"""What drf-spectacular cannot find out by itself. Importing this module registers it."""

# ruff: noqa: ARG002 (drf-spectacular's signatures)

from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiFilterExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.openapi import AutoSchema

from notification_service.api.fields import StrictField

OURS_FIRST = 1


class StrictFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = "notification_service.api.fields.StrictField"
    match_subclasses = True
    priority = OURS_FIRST

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        field: StrictField = self.target
        return field.json_schema() if direction == "request" else field.response_schema()


class QuerySchema(OpenApiFilterExtension):  # type: ignore[no-untyped-call]
    target_class = "notification_service.api.query.QueryFilterBackend"
    match_subclasses = True
    priority = OURS_FIRST

    def get_schema_operation_parameters(
        self, auto_schema: AutoSchema, *args: Any, **kwargs: Any
    ) -> list[Any]:
        filterset = getattr(auto_schema.view, "filterset_class", None)
        filters = filterset.base_filters if filterset else {}
        return [{"name": name, "in": "query", **each.parameter} for name, each in filters.items()]


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "notification_service.access.authentication.BearerAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "An API key. Each operation names the scope it needs. `write` may also read and "
            "send, and `admin` all that. Without `pii`, phones are masked.",
        }


class ReceiptKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "notification_service.access.receipt_keys.ReceiptKeyAuthentication"
    name = "gatewayKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "The receipt key of the gateway."}


class SessionScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "notification_service.access.authentication.ConsoleSessionAuthentication"
    name = "consoleSession"
    priority = OURS_FIRST

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        description = "The console's login; anything but a read also needs `csrfToken`."
        return {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": description}
