from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from notification_service.api.fields import Flag, Id, Moment, StrictField, Text
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.message import CODE_NUMBER
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.api.values import INT64_MAX
from notification_service.webhooks.events import Event
from notification_service.webhooks.models import URL_LENGTH, Webhook, WebhookDelivery

MOST_DELIVERIES = 1000


class EventList(StrictField):
    default_error_messages = {
        "not_a_list": "Must be a list of strings.",
        "empty": "Name at least one event.",
        "invalid_choice": "There is no such event.",
    }

    def to_internal_value(self, data: Any) -> list[str]:
        if not isinstance(data, list):
            self.fail("not_a_list")
        if not data:
            self.fail("empty")
        wrong = [place for place, name in enumerate(data) if name not in list(Event)]
        if wrong:
            words = str(self.error_messages["invalid_choice"])
            errors: Any = {place: [ErrorDetail(words, "invalid_choice")] for place in wrong}
            raise serializers.ValidationError(errors)
        return [event.value for event in Event if event in data]

    def to_representation(self, value: list[str]) -> list[str]:
        return value

    def json_schema(self) -> dict[str, Any]:
        return {
            "type": "array",
            "items": {"type": "string", "enum": [event.value for event in Event]},
            "minItems": 1,
        }


class WebhookSerializer(StrictSerializer):
    moving = frozenset({"disabled_at", "disabled_by", "failing_since", "updated_at"})

    id = Id(read_only=True)
    url = Text(
        max_length=URL_LENGTH,
        help_text="Where events are sent by POST. No credentials; a private address only where the service "
        "is configured to allow it.",
    )
    events = EventList(help_text="What it is told of.")
    enabled = Flag(default=True, help_text="Of what happens while it is disabled it is not told.")
    disabled_by = serializers.ChoiceField(
        choices=[choice for choice in Webhook.DisabledBy.values if choice],
        read_only=True,
        allow_null=True,
        help_text="`failing`: by the service, after three days without a success. `gone`: it answered 410.",
    )
    disabled_at = serializers.DateTimeField(read_only=True, allow_null=True)
    failing_since = serializers.DateTimeField(
        read_only=True, allow_null=True, help_text="null: its latest answer was a success."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)

    def to_representation(self, instance: Webhook) -> dict[str, Any]:
        return {**super().to_representation(instance), "disabled_by": instance.disabled_by or None}


class WebhookWithSecretSerializer(WebhookSerializer):
    secret = serializers.CharField(
        read_only=True,
        allow_null=True,
        help_text="Begins with `whsec_`; verifies signatures. Shown this once: null in an answer that is "
        "repeated.",
    )


class WebhookDeliverySerializer(FastSerializer):
    id = Id(read_only=True)
    event = serializers.CharField(read_only=True)
    webhook_id = serializers.CharField(
        source="header_id", read_only=True, help_text="Of every attempt: the header `webhook-id`."
    )
    mailing = Id(source="mailing_id", read_only=True, allow_null=True)
    messages = serializers.IntegerField(
        source="message_count", read_only=True, help_text="How many it tells of."
    )
    happened_at = serializers.DateTimeField(read_only=True)
    status = serializers.ChoiceField(choices=WebhookDelivery.Status.values, read_only=True)
    attempts = serializers.IntegerField(read_only=True)
    attempted_at = serializers.DateTimeField(read_only=True, allow_null=True)
    next_attempt_at = serializers.DateTimeField(
        source="waits_until", read_only=True, allow_null=True, help_text="null: it has ended."
    )
    http_status = serializers.IntegerField(read_only=True, allow_null=True, help_text="Of the latest answer.")
    answer = serializers.CharField(source="response", read_only=True, help_text="How the latest one began.")
    error = serializers.SerializerMethodField(help_text="What was wrong with the latest attempt.")
    code = serializers.SerializerMethodField(help_text="Of `error`; a message has the list.")
    code_number = serializers.IntegerField(
        source="reason_number", read_only=True, allow_null=True, help_text=CODE_NUMBER
    )

    def get_error(self, delivery: WebhookDelivery) -> str | None:
        return str(delivery.why) if delivery.why else None

    def get_code(self, delivery: WebhookDelivery) -> str | None:
        return delivery.reason or None


class DeliveryIds(StrictField):
    default_error_messages = {
        "not_a_list": f"Must be a list of 1 to {MOST_DELIVERIES} ids of deliveries.",
    }

    def to_internal_value(self, data: Any) -> list[int]:
        if not isinstance(data, list) or not 1 <= len(data) <= MOST_DELIVERIES:
            self.fail("not_a_list")
        if any(type(each) is not int or not 0 < each <= INT64_MAX for each in data):
            self.fail("not_a_list")
        return list(data)

    def json_schema(self) -> dict[str, Any]:
        number = {"type": "integer", "format": "int64", "minimum": 1, "maximum": INT64_MAX}
        return {"type": "array", "items": number, "minItems": 1, "maxItems": MOST_DELIVERIES}


class RedeliverySerializer(StrictSerializer):
    deliveries = DeliveryIds(required=False, help_text="These, whatever became of them.")
    since = Moment(required=False, help_text="All that failed, of what happened at this time or later.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Name either `deliveries` or `since`.")
        return attrs


class RedeliveredSerializer(FastSerializer):
    deliveries = serializers.IntegerField(help_text="How many are sent again.")
