"""Who is meant, and how many they are."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from notification_service_client.models.messages import MessageStatus


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """Clients whose message of another mailing ended so; without statuses: failed, expired or cancelled."""

    mailing: int
    statuses: tuple[MessageStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class ExcludedFilter:
    """Clients who match all that is given.

    `where` is a condition, such as `{"field": "attributes.city", "op": "eq", "value": "Kazan"}`; the API's
    reference has its grammar.
    """

    operator_codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcome_of: OutcomeOf | None = None
    where: Mapping[str, Any] | None = None
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class AudienceFilter(ExcludedFilter):
    """Clients who match all that is given, but not those excluded; an empty filter is everyone."""

    exclude: ExcludedFilter | None = None


ClientFilter = AudienceFilter  # as the API calls it where it is no mailing's


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A filter under a name, for mailings and other segments."""

    id: int
    name: str
    filter: ClientFilter
    created_at: datetime
    updated_at: datetime
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSegment(Segment):
    clients: int  # how many are in it now


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceExclusions:
    """How many clients match, and want no message."""

    opted_out: int
    no_consent: int


@dataclass(frozen=True, slots=True)
class AudienceSize:
    clients: int
    excluded: PreferenceExclusions
