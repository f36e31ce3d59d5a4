from typing import Any

from rest_framework import serializers

from notification_service.api.fields import Id, JsonSchema, Number, StrictField, Text
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.message_text import NOT_BLANK, message_text
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.api.values import INT64_MAX
from notification_service.directory.rules import tag_of
from notification_service.mailings.models import Template
from notification_service.mailings.models.template import NAME_LENGTH


class TemplateSerializer(StrictSerializer):
    id = Id(read_only=True)
    name = Text(
        pattern=NOT_BLANK,
        meaning="more than white space",
        max_length=NAME_LENGTH,
        clean=tag_of,
        help_text="Unique among templates.",
    )
    text = message_text()
    version = serializers.IntegerField(
        source="number", read_only=True, help_text="1 at first; one more after each change."
    )
    updated_at = serializers.DateTimeField(read_only=True)


class TemplateVersionSerializer(FastSerializer):
    version = serializers.IntegerField(source="number", help_text="The last one is the present template.")
    name = serializers.CharField()
    text = serializers.CharField()
    updated_at = serializers.DateTimeField(source="made_at", help_text="When this version was made.")


class TemplateId(StrictField):
    default_error_messages = {"unknown": "There is no such template."}
    number = Number(least=1, most=INT64_MAX, whole=True)

    def to_internal_value(self, data: Any) -> Template:
        template = Template.objects.filter(pk=self.number.run_validation(data)).first()
        if template is None:
            self.fail("unknown")
        return template

    def json_schema(self) -> JsonSchema:
        return self.number.json_schema()
