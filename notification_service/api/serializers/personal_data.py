"""How the export of one person's data, and the proof for a message, are shown."""

from datetime import datetime
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import Id
from notification_service.mailings.models import Attempt, Message


@extend_schema_field(OpenApiTypes.DATETIME)
class LocalTime(serializers.CharField):
    """REST framework's own brings every time to one zone."""

    def to_representation(self, value: datetime) -> str:  # type: ignore[override]
        return value.isoformat()


class KnownAttemptSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    outcome = serializers.ChoiceField(choices=Attempt.Outcome.values)
    error = serializers.CharField()
    answer = serializers.CharField(allow_null=True, help_text="How the gateway's answer began.")


class KnownClientSerializer(serializers.Serializer[Any]):
    id = Id()
    phone = serializers.CharField()
    operator_code = serializers.CharField()
    tags = serializers.ListField(child=serializers.CharField())
    timezone = serializers.CharField()
    external_id = serializers.CharField(allow_null=True)
    attributes = serializers.DictField()
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class KnownMessageSerializer(serializers.Serializer[Any]):
    id = Id()
    mailing = Id()
    text = serializers.CharField(allow_null=True, help_text="As it was sent; null if it was not.")
    status = serializers.ChoiceField(choices=Message.Status.values)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    gateway = serializers.CharField(allow_null=True)
    delivery = serializers.ChoiceField(choices=Message.Delivery.values, allow_null=True)
    delivered_at = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(allow_null=True)
    failed_attempts = KnownAttemptSerializer(many=True)


class KnownChangeSerializer(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    action = serializers.CharField()
    by = serializers.CharField(help_text="What kind of actor did it: a person, a key, the service.")
    facts = serializers.DictField()


class KnownLineSerializer(serializers.Serializer[Any]):
    upload = Id()
    line = serializers.IntegerField()
    text = serializers.CharField()
    reason = serializers.CharField()


class KnownOptOutSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField(help_text="Empty: everything.")
    reason = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]  # no attribute: its metaclass takes it
    created_at = serializers.DateTimeField()
    withdrawn_at = serializers.DateTimeField(allow_null=True)


class KnownConsentSerializer(serializers.Serializer[Any]):
    topic = serializers.CharField(help_text="Empty: everything.")
    given_at = serializers.DateTimeField()
    evidence = serializers.CharField(help_text="What proves it.")
    revoked_at = serializers.DateTimeField(allow_null=True)


class KnownReplySerializer(serializers.Serializer[Any]):
    text = serializers.CharField()
    at = serializers.DateTimeField(help_text="By the provider's clock.")
    received_at = serializers.DateTimeField()
    is_stop = serializers.BooleanField(help_text="Whether it was a stop word, and so made an opt-out.")


class PersonalDataSerializer(serializers.Serializer[Any]):
    client = KnownClientSerializer()
    opt_outs = KnownOptOutSerializer(many=True, help_text="Of the client's phone; the oldest first.")
    consents = KnownConsentSerializer(many=True, help_text="Of the client's phone; the oldest first.")
    messages = KnownMessageSerializer(many=True, help_text="The oldest first.")
    replies = KnownReplySerializer(
        many=True, help_text="What came from the client's phone; the oldest first."
    )
    changes = KnownChangeSerializer(many=True, help_text="What the audit log says of the client.")
    rejected_lines = KnownLineSerializer(many=True, help_text="Of imports, with the phone; kept for 30 days.")


class ProofSerializer(serializers.Serializer[Any]):
    message = Id()
    mailing = Id()
    text = serializers.CharField(
        allow_null=True,
        help_text="As it was sent. Null if it was not, or the client is erased, or the mailing anonymised.",
    )
    status = serializers.ChoiceField(choices=Message.Status.values)
    client = Id(allow_null=True)
    phone = serializers.CharField(allow_null=True, help_text="The client's now; null once it is erased.")
    phone_changed_since = serializers.BooleanField(
        allow_null=True, help_text="Whether the client has got another phone since."
    )
    timezone = serializers.CharField(allow_null=True, help_text="The client's now.")
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True, help_text="When the gateway had taken it.")
    sent_at_local = LocalTime(allow_null=True, help_text="The same moment by the client's clock.")
    gateway = serializers.CharField(allow_null=True, help_text="The gateway that took it.")
    delivery = serializers.ChoiceField(
        choices=Message.Delivery.values, allow_null=True, help_text="What the provider told later."
    )
    delivered_at = serializers.DateTimeField(allow_null=True, help_text="When it had reached the phone.")
    error = serializers.CharField(allow_null=True)
    failed_attempts = KnownAttemptSerializer(many=True)
    consent = serializers.DictField(allow_null=True, help_text="Under which it was sent; null: none is kept.")
