"""A mailing that is not made yet: its fields, what it would do, and the test of its text."""

from typing import Any

from rest_framework import serializers

from notification_service.api.fields import Id, Moment, Number, Phone
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.mailing import ExcludedSerializer, MailingSerializer
from notification_service.api.serializers.message_text import message_text
from notification_service.api.serializers.template import TemplateId
from notification_service.api.values import INT64_MAX
from notification_service.mailings.models import TestSend

REQUIRED = "This field is required."


class NewMailingSerializer(MailingSerializer):
    text = message_text(required=False)
    template = TemplateId(
        write_only=True,
        required=False,
        help_text="The id of a template whose text is copied now, instead of `text`.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "text" not in attrs and "template" not in attrs:
            raise serializers.ValidationError({"text": [REQUIRED]})
        if "text" in attrs and "template" in attrs:
            raise serializers.ValidationError({"template": ["Give a text or a template, not both."]})
        return attrs


def fields_of(values: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of a mailing, with the text of its template."""
    given = dict(values)
    template = given.pop("template", None)
    return {**given, "text": template.text} if template else given


class TestSerializer(NewMailingSerializer):
    """Of the fields of a mailing, the text and the gateway count."""

    start_at = Moment(required=False)
    end_at = Moment(required=False)
    phone = Phone(required=False, help_text="Where it is sent; the client's own where absent.")
    client = Number(
        least=1,
        most=INT64_MAX,
        whole=True,
        required=False,
        help_text="The id of a client whose values are put into the text.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "phone" not in attrs and "client" not in attrs:
            raise serializers.ValidationError({"phone": [REQUIRED]})
        return super().validate(attrs)


class TestSendSerializer(FastSerializer):
    id = Id(help_text="The message id that the gateway gets.")
    status = serializers.ChoiceField(choices=TestSend.Status.values)
    text = serializers.CharField(help_text="As it is sent; empty once it has ended, as the phone is.")
    phone = serializers.CharField(help_text="Masked, unless the reader may see whole phones.")
    gateway = serializers.CharField(source="gateway.name")
    error = serializers.SerializerMethodField(help_text="Why it was not sent; null where it was.")
    code = serializers.SerializerMethodField(help_text="The reason's code, as that of a message.")
    created_at = serializers.DateTimeField()
    finished_at = serializers.DateTimeField(allow_null=True)

    def get_error(self, test_send: TestSend) -> str | None:
        return str(test_send.why) if test_send.why else None

    def get_code(self, test_send: TestSend) -> str | None:
        return test_send.why.code.value if test_send.why else None


class SmsCountSerializer(serializers.Serializer[Any]):
    min = serializers.IntegerField(help_text="Of one message.")
    max = serializers.IntegerField(help_text="Of one message.")
    total = serializers.IntegerField(
        help_text="Of all messages. With placeholders, and more than 1,000 clients, from a part of the texts."
    )
    encoding = serializers.ChoiceField(choices=["GSM-7", "UCS-2", "mixed"])


class SampleTextSerializer(serializers.Serializer[Any]):
    client = serializers.IntegerField(source="client_id")
    text = serializers.CharField()


class PreviewSerializer(serializers.Serializer[Any]):
    clients = serializers.IntegerField(help_text="How many would get a message.")
    excluded = ExcludedSerializer(help_text="How many match, and would get none.")
    sms = SmsCountSerializer(help_text="The short messages that it takes.")
    samples = SampleTextSerializer(many=True, help_text="The text as three of the clients would get it.")
    first_at = serializers.DateTimeField(
        allow_null=True, help_text="When the first could be sent; null if nobody is reached."
    )
    last_opening_at = serializers.DateTimeField(
        allow_null=True, help_text="When the hours of the last clients open."
    )
    spread_until = serializers.DateTimeField(
        allow_null=True, help_text="By when every first attempt is planned; null if they are not spread."
    )
    unreachable = serializers.IntegerField(help_text="Whose hours open only after its end.")
