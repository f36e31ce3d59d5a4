from typing import Any

from rest_framework import serializers

from notification_service.access.phones import masked
from notification_service.api.fields import Attributes, Id, Phone, Text, Zone
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import OPERATOR_CODE_PATTERN, TAG_LENGTH, tag_of, visible


class ClientSerializer(StrictSerializer):
    moving = frozenset({"updated_at"})

    id = Id(read_only=True)
    phone = Phone(help_text="Unique among the clients. For a `read` key and for viewers as `7916***4567`.")
    operator_code = Text(
        pattern=OPERATOR_CODE_PATTERN,
        meaning="three digits",
        required=False,
        clean=visible,
        help_text="Taken from the phone by a request that carries a phone and no code.",
    )
    tag = Text(
        max_length=TAG_LENGTH,
        allow_blank=True,
        default="",
        clean=tag_of,
        help_text="Free text to choose clients by: in NFC, nothing invisible, no space around.",
    )
    timezone = Zone(help_text="The IANA name of the zone the client lives in.")
    attributes = Attributes(
        default=dict, help_text="Whatever else is known of the client; 16 KiB as JSON at most."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)


class MaskedClientSerializer(ClientSerializer):
    """For whoever may not take phones away."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "phone": masked(shown["phone"])}
