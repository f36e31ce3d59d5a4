"""What lists may be filtered by, in terms that an index serves."""

# ruff: noqa: ARG002 (django-filter calls every method alike)

from collections.abc import Sequence
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Exists, F, Func, Q, QuerySet

from notification_service.access.phones import may_look_up
from notification_service.api.query import choice_filter, id_filter, moment_filter, text_filter
from notification_service.audit.actions import OBJECTS, Action
from notification_service.audit.models import Entry, EntryQuerySet
from notification_service.directory.models import Client
from notification_service.directory.rules import (
    OPERATOR_CODE_PATTERN,
    PHONE_PATTERN,
    composed,
    tag_of,
    visible,
)
from notification_service.mailings.models import Batch, Mailing, Message
from notification_service.mailings.stats import message_counts

Status = Message.Status

# `status` is in no index. Each of these holds for every message of the status, and is in one.
INDEXED_CONDITIONS = {
    Status.PENDING: Q(due__isnull=False),
    Status.SENDING: Q(id__in=Batch.objects.values(message_id=Func(F("message_ids"), function="unnest"))),
    **{status: Q(undelivered=status) for status in Message.UNDELIVERED},
}


class ClientFilter(django_filters.FilterSet):  # type: ignore[misc]
    phone = text_filter("The client with this phone.", pattern=PHONE_PATTERN, clean=visible)
    operator_code = text_filter("Clients of this operator.", pattern=OPERATOR_CODE_PATTERN, clean=visible)
    tag = text_filter("Clients with exactly this tag; an empty one finds those without.", clean=tag_of)
    timezone = text_filter("Clients of this time zone.", clean=visible)
    search = text_filter(
        "Clients whose phone begins with this, or whose tag contains it.", method="find", clean=visible
    )

    class Meta:
        model = Client
        fields: list[str] = []

    def find(self, clients: QuerySet[Client], name: str, text: str) -> QuerySet[Client]:
        tagged = Q(tag__icontains=text)
        may_by_phone = may_look_up(self.request.user, text)
        return clients.filter(Q(phone__startswith=text) | tagged if may_by_phone else tagged)


class MailingFilter(django_filters.FilterSet):  # type: ignore[misc]
    status = choice_filter(Mailing.Status.values, "Mailings of this status.")
    start_from = moment_filter(
        "Mailings that start at this time or later.", field_name="start_at", lookup_expr="gte"
    )
    start_before = moment_filter(
        "Mailings that start before this time.", field_name="start_at", lookup_expr="lt"
    )
    search = text_filter(
        "Mailings whose text contains this.", field_name="text", lookup_expr="icontains", clean=composed
    )

    class Meta:
        model = Mailing
        fields: list[str] = []


class MessageFilter(django_filters.FilterSet):  # type: ignore[misc]
    mailing = id_filter("Messages of this mailing.", method="of_mailing")
    client = id_filter("Messages to this client.")
    status = choice_filter(Message.Status.values, "Messages of this status.", method="of_status")
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
        return messages.none() if self._is_surely_empty(**self.form.cleaned_data) else messages

    def _is_surely_empty(self, *, mailing: int | None, status: str | None, **_others: Any) -> bool:
        # To find none of a status the scan would read the whole mailing; the exact counters know it.
        if mailing is None or status is None:
            return False
        return not message_counts([mailing])[mailing][status]

    def of_mailing(self, messages: QuerySet[Message], name: str, mailing_id: int) -> QuerySet[Message]:
        # Looked at once, before the scan: a deleted mailing may still have millions of messages.
        return messages.filter(Exists(Mailing.objects.alive().filter(pk=mailing_id)), mailing_id=mailing_id)

    def of_status(self, messages: QuerySet[Message], name: str, status: Any) -> QuerySet[Message]:
        return messages.filter(INDEXED_CONDITIONS.get(status, Q()), status=status)


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
