"""A filter as a query over clients. Every name and value in it is a parameter, never a part of the SQL.

What cannot be known any more (the outcomes of a deleted mailing) is never taken to mean that somebody gets a
message: nobody matches it, and whoever might have been excluded by it is.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from notification_service.directory.attribute_query import is_not_true
from notification_service.directory.condition_query import always, condition
from notification_service.directory.filters.filter import ClientFilter, OutcomeOf
from notification_service.directory.models import Client
from notification_service.directory.models.client import ClientQuerySet, any_tag

# Returns the messages with such an outcome, or None if their mailing is deleted.
MessagesOf = Callable[[OutcomeOf], QuerySet[Any] | None]


def clients_matching(
    found: ClientFilter, *, segments: Mapping[str, ClientFilter], messages_of: MessagesOf
) -> ClientQuerySet:
    """Return the clients who match. `segments` has every segment that it names, itself or through others."""
    reader = _Reader(segments, messages_of)
    return Client.objects.alive().filter(*reader.parts(found, is_wanted=True))


@dataclass(frozen=True, slots=True)
class _Reader:
    segments: Mapping[str, ClientFilter]
    messages_of: MessagesOf

    def parts(self, found: ClientFilter, *, is_wanted: bool) -> list[Q]:
        """Return what must hold; `is_wanted` is False where it is to be left out."""
        parts = []
        if found.operator_codes:
            parts.append(Q(operator_code__in=found.operator_codes))
        if found.tags:
            parts.append(any_tag(found.tags))
        if found.where is not None:
            parts.append(condition(found.where))
        if found.outcome_of is not None:
            parts.append(self._ended_so(found.outcome_of, is_wanted=is_wanted))
        if found.segment is not None:
            parts.extend(self._in_segment(found.segment, is_wanted=is_wanted))
        if found.exclude is not None:
            parts.append(self._not(found.exclude, is_wanted=not is_wanted))
        return parts

    def _ended_so(self, outcome: OutcomeOf, *, is_wanted: bool) -> Q:
        messages = self.messages_of(outcome)
        return always(answer=not is_wanted) if messages is None else Q(pk__in=messages.values("client_id"))

    def _in_segment(self, name: str, *, is_wanted: bool) -> list[Q]:
        segment = self.segments.get(name)
        return [always(answer=not is_wanted)] if segment is None else self.parts(segment, is_wanted=is_wanted)

    def _not(self, excluded: ClientFilter, *, is_wanted: bool) -> Q:
        """Join the messages: a subquery for each client would take minutes over a million."""
        parts = self.parts(excluded, is_wanted=is_wanted)
        if not self._reads_messages(excluded):
            return is_not_true(reduce(and_, parts, always(answer=True)))
        if excluded == ClientFilter(outcome_of=excluded.outcome_of) and excluded.outcome_of:
            messages = self.messages_of(excluded.outcome_of)
            if messages is not None:
                return Q(~Exists(messages.filter(client_id=OuterRef("pk"))))
        return Q(~Exists(Client.objects.filter(*parts, pk=OuterRef("pk"))))

    def _reads_messages(self, found: ClientFilter) -> bool:
        named = (self.segments[name] for _, name in found.segments() if name in self.segments)
        return any(found.outcomes()) or any(map(self._reads_messages, named))
