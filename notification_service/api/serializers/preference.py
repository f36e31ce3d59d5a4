from typing import Any

from rest_framework import serializers

from notification_service.access.phones import masked, masked_text
from notification_service.api.fields import Id, Line, Moment, Phone, Text
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.models import EVERYTHING
from notification_service.directory.rules import (
    EVIDENCE_LENGTH,
    REASON_LENGTH,
    SOURCE_LENGTH,
    TOPIC_LENGTH,
    visible,
)

TOPIC = "A mailing's `topic`; empty for all of them."


class OptOutSerializer(StrictSerializer):
    id = Id(read_only=True)
    phone = Phone(help_text="Whether or not a client has it. For viewers as `7916***4567`.")
    topic = Line(max_length=TOPIC_LENGTH, allow_blank=True, default=EVERYTHING, help_text=TOPIC)
    reason = Line(max_length=REASON_LENGTH, allow_blank=True, default="", help_text="Why, for people.")
    source = Line(  # type: ignore[assignment]  # no attribute: its metaclass takes it
        max_length=SOURCE_LENGTH, allow_blank=True, default="", help_text="Where it was said, for people."
    )
    created_at = serializers.DateTimeField(read_only=True)


class ConsentSerializer(StrictSerializer):
    id = Id(read_only=True)
    phone = Phone(help_text="Whether or not a client has it. For viewers as `7916***4567`.")
    topic = Line(max_length=TOPIC_LENGTH, allow_blank=True, default=EVERYTHING, help_text=TOPIC)
    given_at = Moment(required=False, help_text="Now where absent; not in the future.")
    evidence = Text(
        max_length=EVIDENCE_LENGTH,
        allow_blank=True,
        default="",
        clean=visible,
        help_text="What proves it: a form's address, the words that were agreed to, a recording.",
    )
    revoked_at = serializers.DateTimeField(read_only=True, allow_null=True)


class MaskedOptOutSerializer(OptOutSerializer):
    """For people who may not have whole phones."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return _without_phones(super().to_representation(instance), "reason", "source")


class MaskedConsentSerializer(ConsentSerializer):
    """For people who may not have whole phones."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return _without_phones(super().to_representation(instance), "evidence")


def _without_phones(shown: dict[str, Any], *texts: str) -> dict[str, Any]:
    """The texts are for people, who may write a phone into them."""
    phone = shown["phone"]
    words = {name: masked_text(shown[name], phone=phone) for name in texts}
    return {**shown, **words, "phone": masked(phone)}
