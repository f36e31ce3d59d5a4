from typing import Any

from drf_spectacular.utils import extend_schema_field, extend_schema_serializer
from rest_framework import serializers

from notification_service.api.serializers.mailing import (
    DeliveriesSerializer,
    MailingSerializer,
    MessageCountsSerializer,
)
from notification_service.api.serializers.message import CODE_NUMBER, CODES, MessageSerializer, Sentence


class MailingCountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    scheduled = serializers.IntegerField()
    running = serializers.IntegerField()
    paused = serializers.IntegerField()
    finished = serializers.IntegerField()
    cancelled = serializers.IntegerField()


# For the document alone.
class FullInfoSerializer(serializers.Serializer[Any]):
    mailings = MailingCountsSerializer(help_text="All mailings by status.")
    messages = MessageCountsSerializer(help_text="All messages by status.")
    single = MessageCountsSerializer(help_text="Those of them that belong to no mailing.")
    deliveries = DeliveriesSerializer(help_text="All messages by what receipts say of them.")
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = MailingSerializer(many=True, help_text="The mailings of this page, each with its counts.")


# A generated client may call a value after its type: not as a field of it is called.
@extend_schema_serializer(component_name="TimelineMinute")
class MinuteSerializer(serializers.Serializer[Any]):
    minute = serializers.DateTimeField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    retried = serializers.IntegerField()
    delivered = serializers.IntegerField(help_text="For which a receipt said so in this minute.")
    undelivered = serializers.IntegerField(help_text="The same.")


class FailureSerializer(serializers.Serializer[Any]):
    reason = Sentence(source="why")
    code = serializers.CharField(source="why.code", help_text=CODES)
    code_number = serializers.IntegerField(source="why.number", allow_null=True, help_text=CODE_NUMBER)
    messages = serializers.IntegerField()


class MessagePageSerializer(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = MessageSerializer(many=True)


class MailingInfoSerializer(MailingSerializer):
    """A mailing with what became of its messages."""

    timeline = serializers.SerializerMethodField(
        help_text="By minute, oldest first: the last 1,440 that saw any."
    )
    failures = serializers.SerializerMethodField(
        help_text="Messages that ended unsent, by reason, most first."
    )
    first_messages = serializers.SerializerMethodField(
        help_text="The first page of the list at `messages_url`."
    )
    messages_url = serializers.URLField(help_text="The list of all its messages.")

    @extend_schema_field(MinuteSerializer(many=True))
    def get_timeline(self, mailing: Any) -> Any:
        return mailing.timeline

    @extend_schema_field(FailureSerializer(many=True))
    def get_failures(self, mailing: Any) -> Any:
        return FailureSerializer(mailing.failures, many=True).data

    @extend_schema_field(MessagePageSerializer)
    def get_first_messages(self, mailing: Any) -> Any:
        return mailing.first_messages
