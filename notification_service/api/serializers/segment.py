from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import Id, Moment, Text
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.filter import ClientFilterSerializer
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.filters.filter import SEGMENT_NAME_LENGTH, clean_segment_name
from notification_service.directory.rules import FILLED_LINE_PATTERN


class SegmentSerializer(StrictSerializer):
    moving = frozenset({"clients", "updated_at"})

    id = Id(read_only=True)
    name = Text(
        pattern=FILLED_LINE_PATTERN,
        meaning="one line that is more than white space",
        max_length=SEGMENT_NAME_LENGTH,
        clean=clean_segment_name,
        help_text="No other segment has it. While a scheduled mailing or another segment uses it, it stays.",
    )
    filter = ClientFilterSerializer(help_text="Who is in it. Replaced as a whole.")
    created_at = Moment(read_only=True)
    updated_at = Moment(read_only=True)

    @cached_property
    def shown_by(self) -> FastSerializer:
        return CountedSegmentSerializer(self.instance)


class CountedSegmentSerializer(SegmentSerializer):
    clients = serializers.SerializerMethodField(help_text="How many clients are in it at this moment.")

    @extend_schema_field(serializers.IntegerField(min_value=0))
    def get_clients(self, _segment: Any) -> int | None:
        clients: int | None = self.context.get("clients")  # none where a body is compared with what was shown
        return clients


class AttributeSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text="As `attributes.NAME` in a condition.")
    clients = serializers.IntegerField(min_value=0, help_text="How many clients have it.")
    strings = serializers.IntegerField(min_value=0, help_text="Of these, with a string.")
    numbers = serializers.IntegerField(min_value=0, help_text="With a number.")
    booleans = serializers.IntegerField(min_value=0, help_text="With true or false.")


class AttributesSerializer(serializers.Serializer[Any]):
    results = AttributeSerializer(many=True, help_text="The most frequent first; 1,000 at most.")
