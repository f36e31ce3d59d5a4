"""The filters of lists, in terms for which there is an index."""

# ruff: noqa: ARG002 (django-filter calls every method alike)

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import reduce
from operator import or_
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from notification_service.access.phones import may_look_up
from notification_service.api.query import choice_filter, id_filter, moment_filter, text_filter
from notification_service.audit.actions import OBJECTS, Action
from notification_service.audit.models import Entry, EntryQuerySet
from notification_service.directory.models import Client, Consent, OptOut
from notification_service.directory.models.client import any_tag
from notification_service.directory.rules import (
    LINE_PATTERN,
    OPERATOR_CODE_PATTERN,
    PHONE_PATTERN,
    composed,
    line_of,
    phone_starts,
    tag_of,
    visible,
    without_plus,
)
from notification_service.mailings import partitions
from notification_service.mailings.models import (
    Batch,
    DueMessage,
    InboundMessage,
    Mailing,
    Message,
    SingleMessage,
)
from notification_service.mailings.models.message import is_told
from notification_service.mailings.reasons import Reason
from notification_service.mailings.stats import (
    DELIVERIES,
    RECORDED_AFTER_END,
    Counts,
    counts_of,
    overall_deliveries,
)
from notification_service.webhooks.events import TEST, Event
from notification_service.webhooks.models import WebhookDelivery

Status = Message.Status
UPDATED_FROM = "What was changed at this time or later, for a copy that is brought up to date."
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # before any message

# `status` is in no index. Each of these conditions holds for every message of the status, and has an index.
INDEXED_CONDITIONS = {
    # Without a bound, PostgreSQL would look for the first one through each partition.
    Status.PENDING: Q(due__isnull=False, id__gte=DueMessage.objects.order_by("pk").values("pk")[:1]),
    Status.SENDING: Q(id__in=Batch.objects.values(message_id=Func(F("message_ids"), function="unnest"))),
    **{status: Q(undelivered=status) for status in Message.UNDELIVERED},
}


def _asked_phone(text: str) -> str:
    return without_plus(f"+{text[1:]}" if text.startswith(" ") else text)  # an unescaped + arrives as a space


class ClientFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    phone = text_filter(
        "The client with this phone; `+7…` is taken for `7…`.", pattern=PHONE_PATTERN, clean=_asked_phone
    )
    operator_code = text_filter(
        "Clients of this operator.", pattern=OPERATOR_CODE_PATTERN, clean=visible, several=True
    )
    tag = text_filter(
        "Clients with exactly this tag, whichever of theirs; an empty one finds those without.",
        condition=lambda tag: any_tag([tag]),
        pattern=LINE_PATTERN,
        clean=tag_of,
        several=True,
    )
    timezone = text_filter("Clients of this time zone.", clean=visible, several=True)
    external_id = text_filter("The client that another system calls so.", clean=visible, several=True)
    updated_from = moment_filter(UPDATED_FROM, field_name="updated_at", lookup_expr="gte")
    search = text_filter(
        "Clients whose phone begins with this, in any of the usual ways, or one of whose tags contains it.",
        method="find",
        clean=visible,
    )

    class Meta:
        model = Client
        fields: list[str] = []

    def find(self, clients: QuerySet[Client], name: str, text: str) -> QuerySet[Client]:
        starts = [start for start in phone_starts(text) if may_look_up(self.request.user, start)]
        phones = [Q(phone__startswith=start) for start in starts]
        all_tags = Func(F("tags"), Value("\n"), function="array_to_string", output_field=TextField())
        return clients.alias(all_tags=all_tags).filter(reduce(or_, phones, Q(all_tags__icontains=text)))


class OptOutFilter(django_filters.FilterSet):  # type: ignore[misc]
    phone = text_filter("The opt-outs of this phone.", pattern=PHONE_PATTERN, clean=visible)
    topic = text_filter(
        "Opt-outs of exactly this topic; an empty one finds those of everything.", clean=line_of
    )

    class Meta:
        model = OptOut
        fields: list[str] = []


class ConsentFilter(django_filters.FilterSet):  # type: ignore[misc]
    phone = text_filter(
        "The consents of this phone.", pattern=PHONE_PATTERN, clean=visible, method="of_phone"
    )
    topic = text_filter("Consents to exactly this topic; an empty one finds those to all.", clean=line_of)
    state = choice_filter(
        ["in_force", "revoked"], "Consents that are in force, or revoked.", method="of_state"
    )

    class Meta:
        model = Consent
        fields: list[str] = []

    def of_phone(self, consents: QuerySet[Consent], name: str, phone: str) -> QuerySet[Consent]:
        # There is an index for each of the two.
        return consents.filter(Q(revoked_at=None, phone=phone) | Q(revoked_at__isnull=False, phone=phone))

    def of_state(self, consents: QuerySet[Consent], name: str, state: str) -> QuerySet[Consent]:
        return consents.filter(revoked_at__isnull=state == "in_force")


class InboundFilter(django_filters.FilterSet):  # type: ignore[misc]
    phone = text_filter("Replies of this phone.", pattern=PHONE_PATTERN, clean=_asked_phone)
    gateway = text_filter("Replies that came through this gateway.", field_name="gateway__name")
    is_stop = choice_filter(
        ["true", "false"],
        "Only stop words, or only others.",
        condition=lambda said: Q(is_stop=said == "true"),
    )
    received_from = moment_filter(
        "Replies that came at this time or later.", field_name="received_at", lookup_expr="gte"
    )
    received_before = moment_filter(
        "Replies that came before this time.", field_name="received_at", lookup_expr="lt"
    )

    class Meta:
        model = InboundMessage
        fields: list[str] = []


class MailingFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = choice_filter(Mailing.Status.values, "Mailings of this status.", several=True)
    reference = text_filter("Mailings that another system calls so.", several=True)
    updated_from = moment_filter(UPDATED_FROM, method="changed_since")
    start_from = moment_filter(
        "Mailings that start at this time or later.", field_name="start_at", lookup_expr="gte"
    )
    start_before = moment_filter(
        "Mailings that start before this time.", field_name="start_at", lookup_expr="lt"
    )
    search = text_filter("Mailings whose name or text contains this.", method="find", clean=composed)

    class Meta:
        model = Mailing
        fields: list[str] = []

    def find(self, mailings: QuerySet[Mailing], name: str, text: str) -> QuerySet[Mailing]:
        return mailings.filter(Q(name__icontains=text) | Q(text__icontains=text))

    def changed_since(self, mailings: QuerySet[Mailing], name: str, at: datetime) -> QuerySet[Mailing]:
        # The engine starts and ends a mailing without touching `updated_at`.
        times = ("updated_at", "started_at", "finished_at")
        return mailings.filter(reduce(or_, (Q(**{f"{each}__gte": at}) for each in times)))


class DeliveryFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = choice_filter(WebhookDelivery.Status.values, "Deliveries of this status.", several=True)
    event = choice_filter([*Event, TEST], "Deliveries of this event.", several=True)

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []


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


def _named(kinds: Sequence[str]) -> str:
    return f"^({'|'.join(kinds)})(:[1-9][0-9]{{0,17}})?$"


class AuditFilter(django_filters.FilterSet):  # type: ignore[misc]
    action = choice_filter([str(action) for action in Action], "Entries of this action.")
    object = text_filter(
        "What it was done to: a kind, or one of it, such as `mailing:12`.",
        pattern=_named(OBJECTS),
        method="about",
    )
    actor = text_filter(
        "Who did it: a kind, or one of it, such as `key:3`.", pattern=_named(Entry.Actor.values), method="by"
    )
    at_from = moment_filter("Entries of this time or later.", field_name="at", lookup_expr="gte")
    at_before = moment_filter("Entries before this time.", field_name="at", lookup_expr="lt")

    class Meta:
        model = Entry
        fields: list[str] = []

    def about(self, entries: EntryQuerySet, name: str, named: str) -> QuerySet[Entry]:
        return entries.about(named)

    def by(self, entries: EntryQuerySet, name: str, named: str) -> QuerySet[Entry]:
        return entries.by(named)
