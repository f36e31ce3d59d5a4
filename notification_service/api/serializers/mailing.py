from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from notification_service.api.fields import Flag, GatewayName, Id, Moment, SendWindow, Text, TextSet
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.directory.rules import OPERATOR_CODE_PATTERN, TAG_LENGTH, composed, tag_of, visible
from notification_service.mailings.models import Mailing
from notification_service.mailings.models.mailing import TEXT_LENGTH

FILTER_ENTRIES = 1000
NOT_BLANK = r"^[^\u0000]*[^\s\u0000][^\u0000]*$"


class AudienceFilterSerializer(StrictSerializer):
    """Replaced as a whole: a list that is absent restricts nothing, in a PATCH as well."""

    operator_codes = TextSet(
        child=Text(pattern=OPERATOR_CODE_PATTERN, meaning="three digits", clean=visible),
        max_length=FILTER_ENTRIES,
        required=False,
        help_text="Clients with any of these codes; of every operator where absent.",
    )
    tags = TextSet(
        child=Text(max_length=TAG_LENGTH, allow_blank=True, clean=tag_of),
        max_length=FILTER_ENTRIES,
        required=False,
        help_text="Clients with any of these tags; with and without a tag where absent.",
    )

    def to_internal_value(self, data: Any) -> Any:
        return {**everyone(), **super().to_internal_value(data)}

    def to_representation(self, instance: Mailing) -> dict[str, Any]:
        return {name: entries for name, entries in super().to_representation(instance).items() if entries}


class MessageCountsSerializer(serializers.Serializer[Any]):
    total = serializers.IntegerField()
    pending = serializers.IntegerField()
    sending = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    expired = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    unknown = serializers.IntegerField()


# The context carries `counts`: the messages by status of each mailing that is shown.
class MailingSerializer(StrictSerializer):
    moving = frozenset({"messages", "updated_at"})

    id = Id(read_only=True)
    text = Text(
        pattern=NOT_BLANK,
        meaning="more than white space",
        max_length=TEXT_LENGTH,
        clean=composed,
        help_text="What is sent, in NFC.",
    )
    start_at = Moment(help_text="When sending starts; where past, at once.")
    end_at = Moment(
        help_text="No message is sent at or after this time; later than `start_at`, and not past."
    )
    filter = AudienceFilterSerializer(
        source="*",
        default=lambda: everyone(),
        help_text="Who gets the message: any of the codes AND any of the tags.",
    )
    send_window = SendWindow(
        help_text="The hours, in each client's own time zone, in which messages are sent; null for any. "
        "A window may cross midnight."
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
    status = serializers.ChoiceField(choices=Mailing.Status.values, read_only=True)
    messages = serializers.SerializerMethodField(help_text="The messages by status.")
    created_at = serializers.DateTimeField(read_only=True)
    updated_at = serializers.DateTimeField(read_only=True)
    started_at = serializers.DateTimeField(read_only=True, allow_null=True)
    finished_at = serializers.DateTimeField(read_only=True, allow_null=True)

    @extend_schema_field(MessageCountsSerializer)
    def get_messages(self, mailing: Mailing) -> dict[str, int]:
        counts: dict[str, int] = self.context["counts"][mailing.pk]
        return counts


class AudienceSizeSerializer(serializers.Serializer[Any]):
    clients = serializers.IntegerField(min_value=0, help_text="How many clients match at this moment.")


def everyone() -> dict[str, list[str]]:
    return {"operator_codes": [], "tags": []}
