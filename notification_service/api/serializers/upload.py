"""Files of clients that are imported in the background."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from notification_service.api.fields import Flag, Id, JsonSchema, StrictField, Text, Zone
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.importing.choices import TagMode
from notification_service.directory.importing.columns import ATTRIBUTE
from notification_service.directory.importing.rows import COLUMNS
from notification_service.directory.importing.uploads.written_zones import MOST_LISTED, WrittenZones
from notification_service.directory.models import ClientUpload
from notification_service.directory.rules import LINE_PATTERN, TAG_LENGTH, tag_of
from notification_service.directory.zone_names import zone_key

FIELDS = ("", *COLUMNS, ATTRIBUTE)
SEPARATORS = (",", ";", "\t")
MOST_COLUMNS = 1000


class ColumnFields(StrictField):
    default_error_messages = {
        "not_a_list": "Must be a list with a field for each column.",
        "invalid_choice": "Must be one of: {choices}; or empty, for a column that is left out.",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list) or len(data) > MOST_COLUMNS:
            self.fail("not_a_list")
        if not all(isinstance(each, str) and each in FIELDS for each in data):
            self.fail("invalid_choice", choices=", ".join(filter(None, FIELDS)))
        return data

    def to_representation(self, value: Iterable[str]) -> list[str]:
        return list(value)

    def json_schema(self) -> JsonSchema:
        return {
            "type": "array",
            "items": {"type": "string", "enum": list(FIELDS)},
            "maxItems": MOST_COLUMNS,
        }


class ZoneMeanings(StrictField):
    """By the key of what the file writes."""

    default_error_messages = {"object": "Must be an object: what the file writes, and the zone it means."}
    zone = Zone()

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or len(data) > MOST_LISTED:
            self.fail("object")
        faults, zones = {}, {}
        for written, zone in data.items():
            try:
                zones[zone_key(written)] = self.zone.run_validation(zone)
            except serializers.ValidationError as error:
                faults[written] = error.detail
        if faults:
            raise serializers.ValidationError(faults)
        return zones

    def json_schema(self) -> JsonSchema:
        return {
            "type": "object",
            "maxProperties": MOST_LISTED,
            "additionalProperties": self.zone.json_schema(),
        }


class WrittenZoneSerializer(FastSerializer):
    written = serializers.CharField(help_text="What the file has.")
    rows = serializers.IntegerField(help_text="In how many of the rows that were looked at.")
    zone = serializers.CharField(help_text="What it is taken for; empty: such rows are rejected.")


@extend_schema_serializer(component_name="Import")
class UploadSerializer(FastSerializer):
    id = Id()
    file_name = serializers.CharField()
    file_format = serializers.ChoiceField(choices=ClientUpload.Format.values)
    status = serializers.ChoiceField(choices=ClientUpload.Status.values)
    bytes = serializers.IntegerField(source="size")
    bytes_done = serializers.IntegerField(help_text="How much of the file is imported.")
    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = serializers.IntegerField()
    rejected_listed = serializers.IntegerField(
        source="rejected_kept", help_text="How many rejected lines can be listed still."
    )
    problem = serializers.CharField(help_text="Why it stopped by itself; otherwise empty.")
    encoding = serializers.ChoiceField(choices=ClientUpload.Encoding.values)
    separator = serializers.CharField(help_text="Of a CSV.")
    names = serializers.SerializerMethodField(help_text="The columns of a CSV, as the file calls them.")
    columns = ColumnFields(
        help_text="What each column of a CSV is; empty: left out; `attribute`: one of its own name."
    )
    timezone = serializers.CharField(help_text="For rows without a time zone; empty: those are rejected.")
    one_timezone = serializers.BooleanField(help_text="Whether it is that of every row.")
    tag = serializers.CharField(help_text="For rows without a tag.")
    tags = serializers.ChoiceField(
        source="tag_mode",
        choices=list(TagMode),
        help_text="Whether the tags of the file replace those that a client has, or are added to them.",
    )
    zones = serializers.SerializerMethodField(
        help_text="Time zones that are not IANA names, as the file writes them, and what each means."
    )
    uploaded_by = serializers.CharField()
    started_by = serializers.CharField()
    created_at = serializers.DateTimeField()
    started_at = serializers.DateTimeField(allow_null=True)
    finished_at = serializers.DateTimeField(allow_null=True)

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_names(self, upload: ClientUpload) -> list[str]:
        return list(upload.names or ())

    @extend_schema_field(WrittenZoneSerializer(many=True))
    def get_zones(self, upload: ClientUpload) -> Any:
        return WrittenZoneSerializer(WrittenZones.of(upload).listed, many=True).data


# Shown in another form than they are chosen in, or where nothing is chosen: sent back, they change nothing.
SHOWN_OTHERWISE = {"separator", "timezone", "zones"}


@extend_schema_field({"type": "string", "pattern": "^[,;\\t]$"})
class Separator(serializers.ChoiceField):
    """A pattern to the document: generators take no enumeration with a tab in it."""


@extend_schema_serializer(component_name="ImportChange")
class UploadChangeSerializer(StrictSerializer):
    encoding = serializers.ChoiceField(choices=ClientUpload.Encoding.values, required=False)
    separator = Separator(choices=SEPARATORS, required=False, help_text="A comma, a semicolon or a tab.")
    columns = ColumnFields(required=False, help_text="What each column is, in their order.")
    timezone = Zone(required=False, help_text="For rows without a time zone.")
    one_timezone = Flag(required=False, help_text="Whether it is that of every row.")
    tag = Text(
        pattern=LINE_PATTERN,
        meaning="one line without control characters",
        max_length=TAG_LENGTH,
        allow_blank=True,
        required=False,
        clean=tag_of,
        help_text="For rows without a tag.",
    )
    tags = serializers.ChoiceField(source="tag_mode", choices=list(TagMode), required=False)
    zones = ZoneMeanings(required=False, help_text="What each time zone of the file means.")

    @cached_property
    def shown_by(self) -> FastSerializer:
        return UploadSerializer(self.instance)

    def to_internal_value(self, data: Any) -> Any:
        if self.instance is not None and isinstance(data, Mapping):
            as_shown = {name for name in SHOWN_OTHERWISE & data.keys() if self._agrees(name, data[name])}
            data = {name: value for name, value in data.items() if name not in as_shown}
        return super().to_internal_value(data)


class PreviewRowSerializer(FastSerializer):
    line = serializers.IntegerField()
    cells = serializers.ListField(child=serializers.CharField())


class PreviewRejectionSerializer(FastSerializer):
    line = serializers.IntegerField()
    field = serializers.CharField(allow_null=True)
    reason = serializers.CharField()


@extend_schema_serializer(component_name="ImportPreview")
class UploadPreviewSerializer(FastSerializer):
    names = serializers.ListField(child=serializers.CharField(), help_text="The columns.")
    rows = PreviewRowSerializer(many=True, help_text="The first rows.")
    looked_at = serializers.IntegerField(help_text="How many rows were read.")
    rejections = PreviewRejectionSerializer(many=True, help_text="Those of them that would be rejected.")
    problem = serializers.CharField(help_text="What keeps the file from being imported; empty if nothing.")


class RejectedLineSerializer(FastSerializer):
    line = serializers.IntegerField()
    field = serializers.CharField(help_text="Empty where the line as a whole cannot be read.")
    reason = serializers.CharField()
    text = serializers.CharField(source="content", help_text="The line, as the file has it.")
