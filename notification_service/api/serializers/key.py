from typing import Any

from drf_spectacular.utils import extend_schema_serializer
from rest_framework import serializers

from notification_service.access.models import ApiKey
from notification_service.api.fields import Flag, Id, Number, Text
from notification_service.api.serializers.message_text import NOT_BLANK
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import line_of

NAME_LENGTH = 100
MOST_DAYS = 3650


class KeySerializer(StrictSerializer):
    id = Id(read_only=True)
    name = Text(
        pattern=NOT_BLANK,
        meaning="more than white space",
        max_length=NAME_LENGTH,
        clean=line_of,
        help_text="For people, and for the audit log.",
    )
    scope = serializers.ChoiceField(choices=ApiKey.Scope.values, help_text="What the key may do.")
    pii = Flag(default=False, help_text="Whether phones are whole for it; else they are masked.")
    expires_days = Number(
        least=1,
        most=MOST_DAYS,
        whole=True,
        allow_null=True,
        default=None,
        write_only=True,
        help_text="For how many days it is good; null: until it is revoked.",
    )
    prefix = serializers.CharField(read_only=True, help_text="How the key begins.")
    created_at = serializers.DateTimeField(read_only=True)
    expires_at = serializers.DateTimeField(read_only=True, allow_null=True)
    last_used_at = serializers.DateTimeField(read_only=True, allow_null=True, help_text="To the minute.")
    revoked_at = serializers.DateTimeField(read_only=True, allow_null=True)


@extend_schema_serializer(component_name="NewKey")
class NewKeySerializer(KeySerializer):
    key = serializers.SerializerMethodField(
        help_text="The key itself, shown this once. Null where the answer is repeated under its "
        "`Idempotency-Key`: if it was lost, revoke the key and make another."
    )

    def get_key(self, row: Any) -> str | None:
        return getattr(row, "shown_once", None)
