from rest_framework import serializers

from notification_service.api.fields import Id
from notification_service.api.serializers.fast import FastSerializer
from notification_service.mailings.models import Attempt, Message
from notification_service.mailings.reasons import Reason

CODES = f"Of `error`: {', '.join(f'`{reason}`' for reason in Reason)}. A later version may have more of them."
CODE_NUMBER = "The HTTP status of `http_status` and `proxy_status`, the gateway's own code of `gateway_code`."


class NullIfEmpty(serializers.CharField):
    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class Sentence(serializers.CharField):
    """Of a reason, in English."""

    def to_representation(self, value: object) -> str:
        return str(value)


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
    error = Sentence(
        source="why", read_only=True, allow_null=True, help_text="Why it was not sent, or not yet."
    )
    code = NullIfEmpty(source="reason", read_only=True, allow_null=True, help_text=CODES)
    code_number = serializers.IntegerField(
        source="reason_number", read_only=True, allow_null=True, help_text=CODE_NUMBER
    )


class FailedAttemptSerializer(FastSerializer):
    number = serializers.IntegerField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    outcome = serializers.ChoiceField(choices=Attempt.Outcome.values, read_only=True)
    gateway = serializers.CharField(source="gateway.name", read_only=True, allow_null=True, default=None)
    error = Sentence(source="why", read_only=True)
    code = serializers.CharField(source="reason", read_only=True, help_text=CODES)
    code_number = serializers.IntegerField(
        source="reason_number", read_only=True, allow_null=True, help_text=CODE_NUMBER
    )
    http_status = serializers.IntegerField(read_only=True, allow_null=True)
    answer = NullIfEmpty(read_only=True, allow_null=True, help_text="How the gateway's answer began.")
    retry_at = serializers.DateTimeField(read_only=True, allow_null=True)


class MessageDetailSerializer(MessageSerializer):
    failed_attempts = FailedAttemptSerializer(
        many=True, read_only=True, source="latest_failures", help_text="The latest 1,000, oldest first."
    )
