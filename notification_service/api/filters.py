"""The filters of lists, in terms for which there is an index."""

# ruff: noqa: ARG002 (django-filter calls every method alike)

from collections.abc import Sequence
from datetime import datetime
from functools import reduce
from operator import or_

import django_filters  # type: ignore[import-untyped]
from django.db.models import F, Func, Q, QuerySet, TextField, Value

from notification_service.access.phones import may_look_up
from notification_service.api.query import choice_filter, moment_filter, text_filter
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
from notification_service.mailings.models import InboundMessage, Mailing
from notification_service.webhooks.events import TEST, Event
from notification_service.webhooks.models import WebhookDelivery

UPDATED_FROM = "What was changed at this time or later, for a copy that is brought up to date."


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
    phone = text_filter("The opt-outs of this phone.", pattern=PHONE_PATTERN, clean=_asked_phone)
    topic = text_filter(
        "Opt-outs of exactly this topic; an empty one finds those of everything.", clean=line_of
    )

    class Meta:
        model = OptOut
        fields: list[str] = []


class ConsentFilter(django_filters.FilterSet):  # type: ignore[misc]
    phone = text_filter(
        "The consents of this phone.", pattern=PHONE_PATTERN, clean=_asked_phone, method="of_phone"
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
    gateway = text_filter(
        "Replies that came through this gateway.", field_name="gateway__name", clean=visible
    )
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
    reference = text_filter("Mailings that another system calls so.", clean=visible, several=True)
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
