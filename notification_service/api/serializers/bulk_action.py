from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import Id, Text
from notification_service.api.serializers.filter import ClientFilterSerializer
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.models import BulkAction
from notification_service.directory.rules import FILLED_LINE_PATTERN, TAG_LENGTH, tag_of

Kind = BulkAction.Kind


class BulkActionSerializer(StrictSerializer):
    id = Id(read_only=True)
    action = serializers.ChoiceField(
        source="kind", choices=Kind.values, help_text="What is done to each client."
    )
    tag = Text(
        pattern=FILLED_LINE_PATTERN,
        meaning="one line with more than white space",
        max_length=TAG_LENGTH,
        required=False,
        clean=tag_of,
        help_text="Of `add_tag` and `remove_tag`.",
    )
    filter = ClientFilterSerializer(help_text="Whom it is done to: as of a mailing. `{}` is everyone.")
    status = serializers.ChoiceField(choices=BulkAction.Status.values, read_only=True)
    clients = serializers.IntegerField(
        read_only=True, allow_null=True, help_text="How many matched when a worker began; null before."
    )
    changed = serializers.IntegerField(read_only=True)
    unchanged = serializers.IntegerField(read_only=True, help_text="They had the tag already, or had it not.")
    refused = serializers.IntegerField(read_only=True, help_text="They had 50 tags already.")
    undoes = Id(
        source="undoes_id", read_only=True, allow_null=True, help_text="The action that it takes back."
    )
    created_at = serializers.DateTimeField(read_only=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["kind"] == Kind.DELETE and "tag" in attrs:
            raise serializers.ValidationError({"tag": ["A deletion has no tag."]})
        if attrs["kind"] != Kind.DELETE and "tag" not in attrs:
            raise serializers.ValidationError({"tag": [self.fields["tag"].error_messages["required"]]})
        return attrs


# The filter is kept as JSON, as it is shown.
class BulkActionShownSerializer(BulkActionSerializer):
    tag = serializers.CharField(  # type: ignore[assignment]
        read_only=True, help_text="Empty for a deletion."
    )
    filter = serializers.SerializerMethodField(help_text="Whom it is done to.")  # type: ignore[assignment]

    @extend_schema_field({"type": "object", "additionalProperties": {}})
    def get_filter(self, action: BulkAction) -> dict[str, Any]:
        return dict(action.filter)
