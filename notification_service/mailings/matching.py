"""Which clients match a filter now: one query for counts, for segments and for the fan-out.

A filter is that of a mailing, of a segment, or one that somebody is writing. What else keeps a client who
matches out of a mailing (an opt-out, a missing consent) is no filter's business: `audience` leaves them out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from notification_service.database.faults import Fault
from notification_service.directory.filter_query import clients_matching
from notification_service.directory.filters import ClientFilter, InvalidFilter, OutcomeOf, read_filter
from notification_service.directory.models import Client, Segment
from notification_service.directory.models.client import ClientQuerySet
from notification_service.directory.segments import filters_named_by
from notification_service.directory.zone_counts import zone_counts
from notification_service.mailings.apart import apart
from notification_service.mailings.counting import counting_in_time
from notification_service.mailings.models import Mailing, Message

EVERYBODY = ClientFilter()
Segments = Mapping[str, Any] | None


def matching_clients(found: ClientFilter, *, segments: Segments = None) -> QuerySet[Client]:
    """Return the clients who match. `segments` are written filters by name; None: as they are now."""
    clients = _but_for_tags(found, segments)
    return clients.tagged(found.tags) if found.tags else clients


def clients_by_zone(found: ClientFilter, *, segments: Segments = None) -> dict[str, int]:
    """Return how many clients match in each time zone, in one statement.

    Triggers keep the count of all. Of a part, rows are counted rather than ids: for clients with one tag or
    none, the index client_reach is enough.
    """
    if found == EVERYBODY:
        return zone_counts()
    clients = _but_for_tags(found, segments)
    parts = clients.tagged_in_parts(found.tags) if found.tags else [clients]
    first, *others = [part.order_by().values_list("timezone").annotate(clients=Count("*")) for part in parts]
    counts: Counter[str] = Counter()
    for zone, clients_of_part in first.union(*others, all=True):
        counts[zone] += clients_of_part
    return dict(counts)


def _but_for_tags(found: ClientFilter, segments: Segments) -> ClientQuerySet:
    written = filters_named_by(found) if segments is None else segments
    known = {name: read_filter(each) for name, each in written.items()}
    return clients_matching(replace(found, tags=()), segments=known, messages_of=_messages_of)


def count_matching(found: ClientFilter, *, key: str = "") -> int:
    """Return how many clients match now. Raises CountTooSlow; `key` is that of a form."""
    with counting_in_time(key=key):
        return sum(clients_by_zone(found).values())


def check_filter(found: ClientFilter, *, is_kept: bool = False) -> None:
    """Raises InvalidFilter if a segment or a mailing that it names is not there.

    `is_kept`: the filter is about to be written, so until the commit its segments stay.
    """
    faults = [
        *((place, "There is no such segment.") for place in _missing_segments(found, is_kept=is_kept)),
        *((place, "There is no such mailing.") for place in _missing_mailings(found)),
    ]
    if faults:
        raise InvalidFilter(faults)


def filter_as_json(mailing: Mailing) -> dict[str, Any]:
    """Return the mailing's filter as it was written: only the keys that restrict."""
    outcome = {"mailing": mailing.outcome_of_mailing, "statuses": mailing.outcome_of_statuses}
    written = {
        "operator_codes": mailing.operator_codes,
        "tags": mailing.tags,
        "where": mailing.where,
        "segment": mailing.segment,
        "outcome_of": None if mailing.outcome_of_mailing is None else outcome,
        "exclude": mailing.exclude,
    }
    return {key: value for key, value in written.items() if value}


def filter_of(mailing: Mailing) -> ClientFilter:
    """Codes, tags and outcomes are taken as they are: they may be older than today's rules for them."""
    named = {name: part for name in ("where", "segment", "exclude") if (part := getattr(mailing, name))}
    outcome = None
    if mailing.outcome_of_mailing is not None:
        outcome = OutcomeOf(mailing.outcome_of_mailing, tuple(mailing.outcome_of_statuses))
    return replace(
        read_filter(named),
        operator_codes=tuple(mailing.operator_codes),
        tags=tuple(mailing.tags),
        outcome_of=outcome,
    )


def columns_of(found: ClientFilter) -> dict[str, Any]:
    """Return the fields of a mailing with this filter."""
    written = found.as_json()
    outcome = written.get("outcome_of", {})
    return {
        "operator_codes": written.get("operator_codes", []),
        "tags": written.get("tags", []),
        "where": written.get("where"),
        "segment": found.segment or "",
        "exclude": written.get("exclude"),
        "outcome_of_mailing": outcome.get("mailing"),
        "outcome_of_statuses": outcome.get("statuses", []),
    }


def keep_segments(mailing_ids: Iterable[int]) -> None:
    """Keep the segments of mailings that start as they are now, whatever becomes of them afterwards."""
    naming = ~Q(segment="") | Q(exclude__has_key="segment")
    for mailing in Mailing.objects.filter(naming, pk__in=[*mailing_ids]):
        # A mailing must not start without them because the database was slow: then it starts a moment later.
        with apart("segments not kept", faults=tuple(Fault), mailing_id=mailing.pk), transaction.atomic():
            segments = filters_named_by(filter_of(mailing))
            Mailing.objects.filter(pk=mailing.pk).update(segments_at_start=segments)


def _messages_of(outcome: OutcomeOf) -> QuerySet[Message] | None:
    if not Mailing.objects.alive().filter(pk=outcome.mailing).exists():
        return None
    messages = Message.objects.filter(mailing_id=outcome.mailing, mailing__deleted_at=None)
    if set(outcome.statuses) <= set(Message.UNDELIVERED):
        messages = messages.filter(undelivered__in=outcome.statuses)  # which an index has
    return messages.filter(status__in=outcome.statuses)


def _missing_segments(found: ClientFilter, *, is_kept: bool) -> Iterable[Any]:
    named = dict(found.segments())
    if not named:
        return []
    segments = Segment.objects.filter(name__in=named.values()).order_by("pk")
    kept = segments.select_for_update(no_key=True) if is_kept else segments
    present = {segment.name for segment in kept}
    return [place for place, name in named.items() if name not in present]


def _missing_mailings(found: ClientFilter) -> Iterable[Any]:
    named = dict(found.outcomes())
    if not named:
        return []
    ids = [outcome.mailing for outcome in named.values()]
    present = set(Mailing.objects.alive().filter(pk__in=ids).values_list("pk", flat=True))
    return [place for place, outcome in named.items() if outcome.mailing not in present]
