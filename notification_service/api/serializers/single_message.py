"""Single messages: what is sent to one person, alone or in a list."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from notification_service.api.fields import Flag, Line, Moment, Number, Phone, Text
from notification_service.api.serializers.hours import SendWindowField
from notification_service.api.serializers.message import MessageSerializer
from notification_service.api.serializers.message_text import message_text
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.api.values import INT64_MAX
from notification_service.directory.models import EVERYTHING
from notification_service.directory.rules import TOPIC_LENGTH, visible
from notification_service.mailings.models.mailing import REFERENCE_LENGTH
from notification_service.mailings.single_messages import MOST_AT_ONCE

ONE_OF_TWO = "Give a phone or a client, not both."


class SingleMessageSerializer(StrictSerializer):
    phone = Phone(
        required=False,
        help_text="To whom. If it is a client's, the message is that client's; else it has no client.",
    )
    client = Number(
        least=1,
        most=INT64_MAX,
        whole=True,
        required=False,
        help_text="The id of a client, instead of `phone`.",
    )
    text = message_text()
    end_at = Moment(
        required=False, help_text="It is not sent at or after this time. Without it: a day from now."
    )
    send_window = SendWindowField(
        help_text="When it is sent, by the client's own calendar and clock; null for any time. Only to a "
        "client, whose time zone is known."
    )
    gateway = Text(
        max_length=64,
        allow_null=True,
        default=None,
        clean=visible,
        help_text="The name of the gateway that it is sent through; null for the default gateway.",
    )
    topic = Line(
        max_length=TOPIC_LENGTH,
        allow_blank=True,
        default=EVERYTHING,
        help_text="What it is about: whoever has opted out of it, or of everything, does not get it.",
    )
    ignores_opt_outs = Flag(
        default=False,
        help_text="Whether opt-outs do not count. Only a key with the scope `admin`, or an administrator, "
        "may set it.",
    )
    reference = Text(
        max_length=REFERENCE_LENGTH,
        allow_blank=True,
        default="",
        clean=visible,
        help_text="What another system calls the message; need not be unique.",
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "phone" not in attrs and "client" not in attrs:
            raise serializers.ValidationError({"phone": [ErrorDetail("This field is required.", "required")]})
        if "phone" in attrs and "client" in attrs:
            raise serializers.ValidationError({"client": [ONE_OF_TWO]})
        return attrs


class SingleMessagesSerializer(StrictSerializer):
    messages = serializers.ListField(
        child=serializers.JSONField(), min_length=1, max_length=MOST_AT_ONCE
    )  # each is looked at by itself: a bad one does not keep the others


# For the document alone.
class SingleMessageListSerializer(serializers.Serializer[Any]):
    messages = serializers.ListField(child=SingleMessageSerializer(), min_length=1, max_length=MOST_AT_ONCE)


class MessageErrorSerializer(serializers.Serializer[Any]):
    pointer = serializers.CharField(help_text="Where in the body, as a JSON Pointer.")
    detail = serializers.CharField()
    code = serializers.CharField(help_text="For programs, as in a problem's `errors`.")


class MessageResultSerializer(serializers.Serializer[Any]):
    message = MessageSerializer(allow_null=True, help_text="null if it was not taken.")
    errors = MessageErrorSerializer(  # type: ignore[assignment]
        many=True, help_text="Why it was not taken."
    )


class MessageResultsSerializer(serializers.Serializer[Any]):
    accepted = serializers.IntegerField(help_text="How many were taken.")
    refused = serializers.IntegerField()
    results = MessageResultSerializer(many=True, help_text="One for each message, in their order.")
