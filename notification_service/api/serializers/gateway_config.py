"""The settings of a gateway of kind `http`, as JSON."""

from typing import Any

from notification_service.api.fields import JsonSchema, StrictField
from notification_service.mailings.gateways.http import in_order
from notification_service.mailings.gateways.http.config import RULES
from notification_service.mailings.gateways.http.requests import CONTENT_TYPES, METHODS


class GatewayConfigField(StrictField):
    """Settings of a gateway of kind `http`. The domain reads them, and says what is wrong and where."""

    default_error_messages = {"object": "Must be an object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("object")
        return data

    def to_representation(self, value: dict[str, Any]) -> dict[str, Any]:
        return in_order(value)

    def json_schema(self) -> JsonSchema:
        rules = {"type": "array", "items": {"type": "object", "additionalProperties": True}}
        properties: JsonSchema = {
            "method": {"type": "string", "enum": list(METHODS)},
            "url": {"type": "string"},
            "headers": {"type": "object", "additionalProperties": {"type": "string"}},
            "content_type": {"type": "string", "enum": list(CONTENT_TYPES)},
            "body": {},
            **dict.fromkeys(RULES, rules),
            "provider_id": {"type": "string"},
            "receipts": {"type": "object", "additionalProperties": True},
        }
        return {
            "type": "object",
            "properties": properties,
            "required": ["url", "accepted"],
            "additionalProperties": False,
        }
