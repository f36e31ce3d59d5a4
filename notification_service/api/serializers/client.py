from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from notification_service.access.phones import masked
from notification_service.api.fields import Attributes, Id, Phone, TagList, Text, Zone
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import (
    EXTERNAL_ID_LENGTH,
    LINE_PATTERN,
    OPERATOR_CODE_PATTERN,
    TAG_LENGTH,
    TagsDisagree,
    tag_of,
    visible,
    with_all_tags,
)


# Go's generators call what they make `Client`.
@extend_schema_serializer(component_name="DirectoryClient")
class ClientSerializer(StrictSerializer):
    moving = frozenset({"updated_at"})

    id = Id(read_only=True)
    phone = Phone(
        help_text="Unique among the clients; `+7…` is taken for `7…`. For viewers as `7916***4567`."
    )
    operator_code = Text(
        pattern=OPERATOR_CODE_PATTERN,
        meaning="three digits",
        required=False,
        clean=visible,
        help_text="Taken from the phone by a request that carries a phone and no code.",
    )
    tag = Text(
        pattern=LINE_PATTERN,
        meaning="one line without control characters",
        max_length=TAG_LENGTH,
        allow_blank=True,
        required=False,
        clean=tag_of,
        help_text="The first of `tags`, empty where there is none. Written alone it sets `tags` to that one, "
        "or to none; beside `tags` it must be the first of them.",
    )
    tags = TagList(
        required=False,
        help_text="Texts to choose clients by, each once, in their order: in NFC, one line, nothing "
        "invisible, no space around.",
    )
    timezone = Zone(help_text="The IANA name of the zone the client lives in.")
    external_id = Text(
        max_length=EXTERNAL_ID_LENGTH,
        allow_null=True,
        default=None,
        clean=visible,
        help_text="What another system calls the client: unique where it is given.",
    )
    attributes = Attributes(
        default=dict, help_text="Whatever else is known of the client; 16 KiB as JSON at most."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not self.partial and "tag" not in attrs:
            attrs.setdefault("tags", [])
        try:
            return with_all_tags(attrs)
        except TagsDisagree:
            raise serializers.ValidationError({"tag": ["Must be the first of `tags`."]}) from None


@extend_schema_serializer(component_name="DirectoryClientByPhone")
class ClientByPhoneSerializer(ClientSerializer):
    """The address has the phone."""

    phone = Phone(required=False, help_text="That of the address.")


class MaskedClientSerializer(ClientSerializer):
    """For people who may not have whole phones."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "phone": masked(shown["phone"])}
