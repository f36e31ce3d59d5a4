from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import Id, NullIfEmpty
from notification_service.api.serializers.client import ClientSerializer
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.hours import SendWindowField
from notification_service.mailings.models import Attempt, Message
from notification_service.mailings.reasons import Reason

CODES = f"Of `error`: {', '.join(f'`{reason}`' for reason in Reason)}. A later version may have more of them."
CAUSE = (
    "Of `deadline_passed`: the code of what had kept the message from being sent: why its last attempt "
    "failed, or why its gateway took none; null where nothing had failed."
)
CODE_NUMBER = "The HTTP status of `http_status` and `proxy_status`, the gateway's own code of `gateway_code`."


class Sentence(serializers.CharField):
    """Of a reason, in English."""

    def to_representation(self, value: object) -> str:
        return str(value)


class MessageSerializer(FastSerializer):
    id = Id(read_only=True)
    mailing = Id(source="mailing_id", read_only=True, allow_null=True, help_text="null for a single message.")
    client = Id(
        source="client_id",
        read_only=True,
        allow_null=True,
        help_text="null once the message is anonymised, and for a single message to a phone of no client.",
    )
    client_external_id = serializers.CharField(
        read_only=True, allow_null=True, help_text="That of the client, as it is now."
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
    provider_id = NullIfEmpty(
        read_only=True, allow_null=True, help_text="What the provider calls it, if its answer says so."
    )
    delivery = serializers.ChoiceField(
        choices=Message.Delivery.values,
        read_only=True,
        allow_null=True,
        help_text="What the provider told later, by a receipt; null: nothing yet.",
    )
    delivered_at = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="When it reached the phone."
    )
    delivery_reason = NullIfEmpty(
        read_only=True,
        allow_null=True,
        help_text="What the provider says of it, mostly why it did not arrive.",
    )
    error = Sentence(
        source="why", read_only=True, allow_null=True, help_text="Why it was not sent, or not yet."
    )
    code = NullIfEmpty(source="reason", read_only=True, allow_null=True, help_text=CODES)
    code_number = serializers.IntegerField(
        source="reason_number", read_only=True, allow_null=True, help_text=CODE_NUMBER
    )
    cause = NullIfEmpty(read_only=True, allow_null=True, help_text=CAUSE)
    cause_number = serializers.IntegerField(read_only=True, allow_null=True, help_text=CODE_NUMBER)
    reference = NullIfEmpty(
        read_only=True, allow_null=True, help_text="What another system calls it; only of a single message."
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
    answer = NullIfEmpty(
        source="response", read_only=True, allow_null=True, help_text="How the gateway's answer began."
    )
    retry_at = serializers.DateTimeField(read_only=True, allow_null=True)


# With `?expand=…`; the view puts into the context what is asked for, as the reader may see it. Each is there
# only if it was asked for: a read-only field would always be.
class ExpandedSerializer(serializers.Serializer[Any]):
    client = ClientSerializer(allow_null=True, required=False, help_text="null: there is none any more.")
    failure = FailedAttemptSerializer(
        allow_null=True, required=False, help_text="The latest; null: none is kept, or there was none."
    )


class ExpandedMessageSerializer(MessageSerializer):
    expanded = serializers.SerializerMethodField(
        help_text="What `expand` asks for; absent where nothing was asked."
    )

    @extend_schema_field(ExpandedSerializer)
    def get_expanded(self, message: Message) -> dict[str, Any]:
        expanded: dict[str, Any] = {}
        if write := self.context.get("write_client"):
            client = message.client
            is_there = client is not None and client.deleted_at is None
            expanded["client"] = write(client).data if is_there else None
        if "failures" in self.context:
            failure = self.context["failures"].get(message.pk)
            expanded["failure"] = FailedAttemptSerializer(failure).data if failure else None
        return expanded


class SingleTermsSerializer(FastSerializer):
    phone = serializers.CharField(
        allow_null=True, help_text="To whom it goes, or went; masked unless the reader may see whole phones."
    )
    text = serializers.CharField(help_text="With its placeholders.")
    end_at = serializers.DateTimeField()
    send_window = SendWindowField()
    gateway = serializers.CharField(source="gateway.name", allow_null=True, default=None)
    topic = serializers.CharField()
    ignores_opt_outs = serializers.BooleanField()
    reference = serializers.CharField()


class MessageDetailSerializer(MessageSerializer):
    single = serializers.SerializerMethodField(
        help_text="What a single message says, and its terms; null for a message of a mailing."
    )
    failed_attempts = FailedAttemptSerializer(
        many=True, read_only=True, source="latest_failures", help_text="The latest 1,000, oldest first."
    )

    @extend_schema_field(SingleTermsSerializer(allow_null=True))
    def get_single(self, message: Any) -> Any:
        return message.shown_terms
