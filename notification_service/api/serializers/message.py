from rest_framework import serializers

from notification_service.api.fields import Id
from notification_service.api.serializers.fast import FastSerializer
from notification_service.mailings.models import Attempt, Message


class NullIfEmpty(serializers.CharField):
    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class MessageSerializer(FastSerializer):
    id = Id(read_only=True)
    mailing = Id(source="mailing_id", read_only=True)
    client = Id(
        source="client_id", read_only=True, allow_null=True, help_text="null once the mailing is anonymised."
    )
    status = serializers.ChoiceField(choices=Message.Status.values, read_only=True)
    created_at = serializers.DateTimeField(read_only=True)
    sent_at = serializers.DateTimeField(read_only=True, allow_null=True)
    attempts = serializers.IntegerField(
        read_only=True, help_text="How often the gateway was asked to take it."
    )
    next_attempt_at = serializers.DateTimeField(read_only=True, allow_null=True)
    gateway = serializers.CharField(
        source="gateway_name",
        read_only=True,
        allow_null=True,
        help_text="The gateway that took it.",
    )
    error = NullIfEmpty(read_only=True, allow_null=True, help_text="Why it was not sent, or not yet.")


class FailedAttemptSerializer(FastSerializer):
    number = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    outcome = serializers.ChoiceField(choices=Attempt.Outcome.values, read_only=True)
    gateway = serializers.CharField(source="gateway.name", read_only=True, allow_null=True, default=None)
    error = serializers.CharField(read_only=True)
    http_status = serializers.IntegerField(read_only=True, allow_null=True)
    answer = NullIfEmpty(read_only=True, allow_null=True, help_text="How the gateway's answer began.")
    retry_at = serializers.DateTimeField(read_only=True, allow_null=True)


class MessageDetailSerializer(MessageSerializer):
    failed_attempts = FailedAttemptSerializer(
        many=True, read_only=True, source="latest_failures", help_text="The latest 1,000, oldest first."
    )
