"""The filter of the list of messages, whose table is too large to be read through."""

# ruff: noqa: ARG002 (django-filter calls every method alike)

from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import F, Func, Q, QuerySet

from notification_service.api.query import choice_filter, id_filter, moment_filter, text_filter
from notification_service.directory.rules import visible
from notification_service.mailings import partitions
from notification_service.mailings.models import Batch, DueMessage, Mailing, Message, SingleMessage
from notification_service.mailings.models.message import is_told
from notification_service.mailings.reasons import Reason
from notification_service.mailings.stats import (
    DELIVERIES,
    RECORDED_AFTER_END,
    Counts,
    counts_of,
    overall_deliveries,
)

Status = Message.Status
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before any message

# `status` is in no index. Each of these conditions holds for every message of the status, and has an index.
INDEXED_CONDITIONS = {
    # Without a bound, PostgreSQL would look for the first one through each partition.
    Status.PENDING: Q(due__isnull=False, id__gte=DueMessage.objects.order_by("pk").values("pk")[:1]),
    Status.SENDING: Q(id__in=Batch.objects.values(message_id=Func(F("message_ids"), function="unnest"))),
    **{status: Q(undelivered=status) for status in Message.UNDELIVERED},
}


class MessageFileFilter(django_filters.FilterSet):  # type: ignore[misc]
    """Of a file, whose rows are read one after another, and looked at one by one."""

    status = choice_filter(
        Message.Status.values, "Messages of this status.", method="of_statuses", several=True
    )
    code = choice_filter(
        [str(reason) for reason in Reason],
        "Messages that were not sent, or not yet, for this reason.",
        method="for_reasons",
        several=True,
    )
    delivery = choice_filter(
        DELIVERIES,
        "Messages of which receipts say this; `awaited`: sent ones, of which none says anything.",
        condition=is_told,
        several=True,
    )

    class Meta:
        model = Message
        fields: list[str] = []

    def of_statuses(self, messages: QuerySet[Message], name: str, statuses: list[Any]) -> QuerySet[Message]:
        return messages.filter(reduce(or_, map(_of_status, statuses)))

    def for_reasons(self, messages: QuerySet[Message], name: str, codes: list[str]) -> QuerySet[Message]:
        return messages.exclude(reason="").filter(reason__in=codes)


class MessageFilter(MessageFileFilter):
    mailing = id_filter("Messages of this mailing.", method="of_mailings", several=True)
    client = id_filter("Messages to this client.", several=True)
    single = choice_filter(
        ["true", "false"], "Whether they are single messages, which belong to no mailing.", method="of_kind"
    )
    reference = text_filter(
        "Single messages that another system calls so.", clean=visible, several=True, method="of_references"
    )
    created_from = moment_filter(
        "Messages made at this time or later.", field_name="created_at", lookup_expr="gte"
    )
    created_before = moment_filter(
        "Messages made before this time.", field_name="created_at", lookup_expr="lt"
    )
    sent_from = moment_filter("Messages sent at this time or later.", field_name="sent_at", lookup_expr="gte")
    sent_before = moment_filter("Messages sent before this time.", field_name="sent_at", lookup_expr="lt")

    class Meta:
        model = Message
        fields: list[str] = []

    def filter_queryset(self, queryset: QuerySet[Message]) -> QuerySet[Message]:
        messages: QuerySet[Message] = super().filter_queryset(queryset)
        if self._is_surely_empty(**self.form.cleaned_data):
            return messages.none()
        return self._in_fewer_partitions(messages, **self.form.cleaned_data)

    def _in_fewer_partitions(
        self,
        messages: QuerySet[Message],
        *,
        mailing: list[int] | None,
        created_from: datetime | None,
        sent_from: datetime | None,
        **_others: Any,
    ) -> QuerySet[Message]:
        # A partition without a message of that time would be read to its end, in search of the first one.
        since = sent_from or created_from
        if mailing is not None or since is None:
            return messages
        since = max(since, EARLIEST) - RECORDED_AFTER_END
        return messages.filter(
            partition__in={0, *partitions.used_since(since)}
        )  # single ones are in the first

    def _is_surely_empty(
        self,
        *,
        mailing: list[int] | None,
        status: list[str] | None,
        delivery: list[str] | None,
        **_others: Any,
    ) -> bool:
        # To find that there is none, a scan would read the whole mailing; the exact counters know it.
        if mailing is None:
            return delivery is not None and not _any(overall_deliveries(), delivery)
        if status is None and delivery is None:
            return False
        return not any(_has_any(counts, status, delivery) for counts in counts_of(mailing).values())

    def of_mailings(
        self, messages: QuerySet[Message], name: str, mailing_ids: list[int]
    ) -> QuerySet[Message]:
        # Read before the scan: a deleted mailing may still have millions of messages.
        found = list(Mailing.objects.alive().only("partition").filter(pk__in=mailing_ids))
        if len(found) == 1:
            return messages.filter(partition=found[0].partition, mailing=found[0])
        places = {mailing.partition for mailing in found}
        return messages.filter(partition__in=places, mailing__in=found) if found else messages.none()

    def of_kind(self, messages: QuerySet[Message], name: str, answer: str) -> QuerySet[Message]:
        if answer == "true":
            return messages.filter(partition=0, mailing__isnull=True)
        return messages.filter(mailing__isnull=False)

    def of_references(
        self, messages: QuerySet[Message], name: str, references: list[str]
    ) -> QuerySet[Message]:
        named = SingleMessage.objects.filter(reference__in=references).exclude(reference="")
        return messages.filter(partition=0, pk__in=named.values("pk"))


def _has_any(counts: Counts, statuses: list[str] | None, deliveries: list[str] | None) -> bool:
    return _any(counts.messages, statuses) and _any(counts.deliveries, deliveries)


def _any(counts: dict[str, int], wanted: list[str] | None) -> bool:
    return wanted is None or any(counts[each] for each in wanted)


def _of_status(status: Any) -> Q:
    return INDEXED_CONDITIONS.get(status, Q()) & Q(status=status)
