from rest_framework import serializers

from notification_service.api.fields import Attributes, Id, Text, Zone
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import OPERATOR_CODE_PATTERN, PHONE_PATTERN, TAG_LENGTH


class ClientSerializer(StrictSerializer):
    moving = frozenset({"updated_at"})

    id = Id(read_only=True)
    phone = Text(
        pattern=PHONE_PATTERN, meaning="11 digits, the first a 7", help_text="Unique among the clients."
    )
    operator_code = Text(
        pattern=OPERATOR_CODE_PATTERN,
        meaning="three digits",
        required=False,
        help_text="Taken from the phone by a request that carries a phone and no code.",
    )
    tag = Text(
        max_length=TAG_LENGTH, allow_blank=True, default="", help_text="Free text to choose clients by."
    )
    timezone = Zone(help_text="The IANA name of the zone the client lives in.")
    attributes = Attributes(
        default=dict, help_text="Whatever else is known of the client; 16 KiB as JSON at most."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
