from typing import Any

from rest_framework import serializers

from notification_service.access.phones import masked
from notification_service.api.fields import Id, Moment, Phone, Text
from notification_service.api.serializers.fast import FastSerializer
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import visible
from notification_service.mailings.models.inbound import INBOUND_LENGTH


class InboundRequestSerializer(StrictSerializer):
    phone = Phone(help_text="Of whoever wrote.")
    text = Text(max_length=INBOUND_LENGTH, allow_blank=True, clean=visible)
    at = Moment(help_text="When it was written, by the provider's clock.")


class InboundTakenSerializer(FastSerializer):
    id = Id(read_only=True)
    is_stop = serializers.BooleanField(read_only=True, help_text="Whether it is a stop word.")


class InboundSerializer(FastSerializer):
    id = Id(read_only=True)
    gateway = serializers.CharField(
        source="gateway_name", read_only=True, allow_null=True, help_text="null once it is deleted."
    )
    phone = Phone(read_only=True, help_text="For viewers as `7916***4567`.")
    text = serializers.CharField(read_only=True)
    at = serializers.DateTimeField(read_only=True)
    received_at = serializers.DateTimeField(read_only=True)
    is_stop = serializers.BooleanField(
        read_only=True, help_text="Whether it was a stop word when it came, and so made an opt-out."
    )


class MaskedInboundSerializer(InboundSerializer):
    """For people who may not have whole phones."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        shown: dict[str, Any] = super().to_representation(instance)
        return {**shown, "phone": masked(shown["phone"])}
