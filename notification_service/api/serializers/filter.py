"""Filters of clients. `directory.filters` reads them; the fields here are what the document says of them."""

from typing import Any

from rest_framework import serializers

from notification_service.api.fields import JsonSchema, Number, StrictField, Text, TextSet
from notification_service.api.problems import nested_faults
from notification_service.api.serializers.strict import StrictSerializer
from notification_service.api.values import INT64_MAX
from notification_service.directory.filters import ClientFilter, InvalidFilter, read_filter
from notification_service.directory.filters.filter import MOST_ENTRIES, OUTCOMES, SEGMENT_NAME_LENGTH
from notification_service.directory.rules import (
    FILLED_LINE_PATTERN,
    LINE_PATTERN,
    OPERATOR_CODE_PATTERN,
    TAG_LENGTH,
    tag_of,
    visible,
)
from notification_service.mailings.matching import columns_of, filter_as_json
from notification_service.mailings.models import Mailing


class Where(StrictField):
    """A condition, which may have conditions in it. `openapi.conditions` has its schema."""

    def json_schema(self) -> JsonSchema:
        return {"$ref": "#/components/schemas/Condition"}


class OutcomeOfSerializer(StrictSerializer):
    """Read when the mailing starts, as every filter. A mailing that is deleted by then has no clients."""

    mailing = Number(
        source="outcome_of_mailing", least=1, most=INT64_MAX, whole=True, help_text="The id of the mailing."
    )
    statuses = TextSet(
        source="outcome_of_statuses",
        child=Text(pattern=f"^({'|'.join(OUTCOMES)})$", meaning=f"one of {', '.join(OUTCOMES)}"),
        max_length=len(OUTCOMES),
        required=False,
        help_text="What became of their messages; `failed`, `expired` and `cancelled` where absent. "
        "`unknown` and `sent` count only if they are named: these clients may have the message, or have it.",
    )


class ExcludedFilterSerializer(StrictSerializer):
    """Clients who match all that is given here are left out."""

    operator_codes = TextSet(
        child=Text(pattern=OPERATOR_CODE_PATTERN, meaning="three digits", clean=visible),
        max_length=MOST_ENTRIES,
        required=False,
        help_text="Clients with any of these codes; of every operator where absent.",
    )
    tags = TextSet(
        child=Text(
            pattern=LINE_PATTERN,
            meaning="one line without control characters",
            max_length=TAG_LENGTH,
            allow_blank=True,
            clean=tag_of,
        ),
        max_length=MOST_ENTRIES,
        required=False,
        help_text="Clients with any of these tags, whichever of theirs; an empty one means clients without a "
        "tag. With and without a tag where absent.",
    )
    where = Where(required=False, help_text="Clients who meet this condition.")
    segment = Text(
        pattern=FILLED_LINE_PATTERN,
        max_length=SEGMENT_NAME_LENGTH,
        required=False,
        help_text="Clients of the segment with this name.",
    )
    outcome_of = OutcomeOfSerializer(
        source="*",
        required=False,
        help_text="Only clients whose message of another mailing ended so; of every client where absent.",
    )


class ClientFilterSerializer(ExcludedFilterSerializer):
    """All that is given must hold; an empty filter is everyone."""

    exclude = ExcludedFilterSerializer(required=False, help_text="Who is left out, although the rest holds.")

    def to_internal_value(self, data: Any) -> ClientFilter:
        try:
            return read_filter(data)
        except InvalidFilter as error:
            raise serializers.ValidationError(nested_faults(error.faults)) from None

    def to_representation(self, instance: Any) -> dict[str, Any]:
        return dict(instance)  # as it is written


class AudienceFilterSerializer(ClientFilterSerializer):
    """Replaced as a whole: what is absent restricts nothing, in a PATCH as well."""

    def to_internal_value(self, data: Any) -> Any:
        return columns_of(super().to_internal_value(data))

    def to_representation(self, instance: Mailing) -> dict[str, Any]:
        return filter_as_json(instance)


def everyone() -> dict[str, Any]:
    return columns_of(ClientFilter())
