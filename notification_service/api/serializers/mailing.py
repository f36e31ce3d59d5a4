from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import (
    Flag,
    GatewayName,
    Id,
    Line,
    Moment,
    Number,
    Text,
)
from notification_service.api.serializers.filter import AudienceFilterSerializer, everyone
from notification_service.api.serializers.hours import SendWindowField
from notification_service.api.serializers.message_text import message_text
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.models import EVERYTHING
from notification_service.directory.rules import TOPIC_LENGTH, composed, visible
from notification_service.mailings.models import Mailing
from notification_service.mailings.models.mailing import NAME_LENGTH, REFERENCE_LENGTH
from notification_service.mailings.spread import MOST_MINUTES


class MessageCountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    sending = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    expired = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    unknown = serializers.IntegerField()


class DeliveriesSerializer(serializers.Serializer[Any]):
    delivered = serializers.IntegerField(help_text="That reached the phone, by the provider's receipts.")
    undelivered = serializers.IntegerField(help_text="That did not, by the provider's receipts.")
    awaited = serializers.IntegerField(
        help_text="Sent, without a receipt so far; of a provider that sends none, all of them."
    )


class PreferenceExclusionsSerializer(serializers.Serializer[Any]):
    opted_out = serializers.IntegerField(help_text="Whose phone has opted out of the topic, or of all.")
    no_consent = serializers.IntegerField(help_text="Who has not consented, where that is required.")


class ExcludedSerializer(PreferenceExclusionsSerializer):
    no_value = serializers.IntegerField(help_text="Who lack a value that the text needs.")


class WantedSerializer(StrictSerializer):
    topic = Line(
        max_length=TOPIC_LENGTH,
        allow_blank=True,
        default=EVERYTHING,
        help_text="What it is about: whoever has opted out of it, or of everything, gets nothing.",
    )
    requires_consent = Flag(
        default=False, help_text="Whether only those get it who have consented to its topic, or to all."
    )
    ignores_opt_outs = Flag(
        default=False,
        help_text="Whether opt-outs do not count. Only a key with the scope `admin`, or an administrator, "
        "may set it.",
    )


# The context carries `counts`: the messages, by status and by delivery, of each mailing that is shown.
class MailingSerializer(WantedSerializer):
    moving = frozenset({"messages", "deliveries", "excluded", "updated_at"})

    id = Id(read_only=True)
    name = Text(
        max_length=NAME_LENGTH,
        allow_blank=True,
        default="",
        clean=composed,
        help_text="For people: what the console calls it. Clients do not see it.",
    )
    text = message_text()
    start_at = Moment(help_text="When sending starts; where past, at once.")
    end_at = Moment(
        help_text="No message is sent at or after this time; later than `start_at`, and not past."
    )
    filter = AudienceFilterSerializer(
        source="*",
        default=lambda: everyone(),
        help_text="Who gets the message: whoever meets all that is given when the mailing starts.",
    )
    send_window = SendWindowField(
        help_text="When messages are sent, by each client's own calendar and clock; null for any time. From "
        "`from` until `to`, or all day; on these `days` of the week; not on public holidays of the country "
        "`holidays`, but on a Saturday that it works, if all its working days are among `days`. A window "
        "across midnight belongs to the day on which it opens."
    )
    ignores_contact_hours = Flag(
        default=False,
        help_text="Whether it is held to its own `send_window` alone. Administrators may set it.",
    )
    spread_minutes = Number(
        least=1,
        most=MOST_MINUTES,
        whole=True,
        allow_null=True,
        default=None,
        help_text="First attempts are spread evenly over so many minutes from the start, in no order of ids; "
        "null: each as soon as it may be. In a time zone whose hours are closed at the start, from when they "
        "open. Where hours close or the mailing ends in between, over what is left.",
    )
    on_unknown = serializers.ChoiceField(
        choices=Mailing.OnUnknown.values,
        default=Mailing.OnUnknown.SEND_AGAIN.value,
        help_text="What becomes of a message whose attempt never reported.",
    )
    gateway = GatewayName(
        help_text="The name of the gateway that it is sent through; null for the default gateway."
    )
    failover = Flag(
        default=False,
        help_text="Whether its messages go through the next gateway while its own is held. A request that "
        "its own never answered may have been taken, so that some clients may get the message twice.",
    )
    reference = Text(
        max_length=REFERENCE_LENGTH,
        allow_blank=True,
        default="",
        clean=visible,
        help_text="What another system calls the mailing; need not be unique.",
    )
    status = serializers.ChoiceField(choices=Mailing.Status.values, read_only=True)
    messages = serializers.SerializerMethodField(help_text="The messages by status.")
    deliveries = serializers.SerializerMethodField(help_text="The messages by what receipts say of them.")
    excluded = ExcludedSerializer(
        read_only=True, help_text="How many clients matched when it started, and get no message."
    )
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    @extend_schema_field(MessageCountsSerializer)
    def get_messages(self, mailing: Mailing) -> dict[str, int]:
        counts: dict[str, int] = self.context["counts"][mailing.pk].messages
        return counts

    @extend_schema_field(DeliveriesSerializer)
    def get_deliveries(self, mailing: Mailing) -> dict[str, int]:
        counts: dict[str, int] = self.context["counts"][mailing.pk].deliveries
        return counts


class AudienceSerializer(WantedSerializer, AudienceFilterSerializer):
    """A filter, with the terms of a mailing that exclude people."""


class AudienceSizeSerializer(serializers.Serializer[Any]):
    clients = serializers.IntegerField(
        min_value=0, help_text="How many clients match at this moment, and would get a message."
    )
    excluded = PreferenceExclusionsSerializer(help_text="How many others match, and would get none.")
