from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import Id
from notification_service.audit.actions import OBJECTS, Action
from notification_service.audit.models import Entry


class ObjectSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(source="object_kind", choices=OBJECTS, read_only=True)
    id = Id(source="object_id", read_only=True, allow_null=True, help_text="null: not of a single one.")
    name = serializers.CharField(source="object_name", read_only=True, help_text="As it was called then.")


class ActorSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(source="actor_kind", choices=Entry.Actor.values, read_only=True)
    id = Id(source="actor_id", read_only=True, allow_null=True, help_text="Of the person or the API key.")
    name = serializers.CharField(source="actor_name", read_only=True, help_text="As it was called then.")


CHANGE = {"type": "object", "properties": {"before": {}, "after": {}}, "required": ["before", "after"]}


class EntrySerializer(serializers.Serializer[Any]):
    id = Id(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    action = serializers.ChoiceField(choices=list(Action), read_only=True)
    object = ObjectSerializer(source="*", read_only=True)
    actor = ActorSerializer(source="*", read_only=True)
    address = serializers.IPAddressField(read_only=True, allow_null=True, help_text="The caller's.")
    source = serializers.CharField(  # type: ignore[assignment]  # no attribute: its metaclass takes it
        read_only=True, help_text="`api`, `console`, the command, or the worker's host and process."
    )
    request_id = serializers.CharField(read_only=True, help_text="As in the logs and `X-Request-ID`.")
    changes = serializers.SerializerMethodField(help_text="By field, what it was and what it became.")
    facts = serializers.DictField(read_only=True, help_text="Counts, filters and the like.")

    @extend_schema_field({"type": "object", "additionalProperties": CHANGE})
    def get_changes(self, entry: Entry) -> dict[str, Any]:
        changes: dict[str, Any] = entry.changes
        return {field: {"before": before, "after": after} for field, (before, after) in changes.items()}
