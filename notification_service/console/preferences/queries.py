"""What was said by phones, as the screens show it, and what waits for a phone."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from notification_service.access.phones import text_for
from notification_service.audit.models import Entry
from notification_service.console.preferences.kinds import CONSENTS, OPT_OUTS, PreferenceScreen, topic_words
from notification_service.directory.models import EVERYTHING, Client
from notification_service.mailings.models import Message, SingleMessage

MOST = 100  # of a client's history
MOST_TOPICS = 50  # offered while one types


@dataclass(frozen=True, slots=True)
class Said:
    """One opt-out or consent. `client`: the id of who has the phone now."""

    kind: PreferenceScreen
    pk: int
    phone: str
    topic: str
    begun: datetime
    ended: datetime | None
    why: str
    source: str
    why_ended: str
    client: int | None


def said_of(phone: str, *, who: Any) -> list[Said]:
    """Return all that the phone said, the newest first."""
    rows = [
        each
        for kind in (OPT_OUTS, CONSENTS)
        for each in said(kind, of_phone(kind, phone).order_by("-pk")[:MOST], who=who)
    ]
    return sorted(rows, key=lambda row: row.begun, reverse=True)


def of_phone(kind: PreferenceScreen, phone: str) -> QuerySet[Any]:
    """In this form, because what is in force and what has ended have an index each."""
    in_force, ended = Q(**{kind.ended: None}), Q(**{f"{kind.ended}__isnull": False})
    rows: QuerySet[Any] = kind.model.objects.filter(in_force & Q(phone=phone) | ended & Q(phone=phone))
    return rows


def said(kind: PreferenceScreen, rows: Iterable[Any], *, who: Any) -> list[Said]:
    found = list(rows)
    clients = dict(
        Client.objects.alive().filter(phone__in={row.phone for row in found}).values_list("phone", "pk")
    )
    reasons = _reasons_of_end(kind, [row.pk for row in found if getattr(row, kind.ended)])
    return [
        Said(
            kind=kind,
            pk=row.pk,
            phone=row.phone,
            topic=topic_words(row.topic),
            begun=getattr(row, kind.begun),
            ended=getattr(row, kind.ended),
            why=text_for(who, getattr(row, kind.why), phone=row.phone),
            source=text_for(who, getattr(row, "source", ""), phone=row.phone),
            why_ended=text_for(who, reasons.get(row.pk, ""), phone=row.phone),
            client=clients.get(row.phone),
        )
        for row in found
    ]


def _reasons_of_end(kind: PreferenceScreen, ids: list[int]) -> dict[int, str]:
    """The audit log has them, as long as it keeps its entries."""
    entries = Entry.objects.filter(
        object_kind=kind.end_action.partition(".")[0], object_id__in=ids, action=kind.end_action
    )
    return {
        pk: facts.get("reason", "") for pk, facts in entries.values_list("object_id", "facts") if ids and pk
    }


def waiting_by_topic(phone: str) -> list[tuple[str, int]]:
    """Return how many messages wait for the phone that an opt-out would cancel, by topic."""
    counted: Counter[str] = Counter()
    for terms in ("mailing", "single"):
        waiting = _waiting(phone).filter(**{f"{terms}__ignores_opt_outs": False})
        topics = waiting.values_list(f"{terms}__topic").annotate(number=Count("*")).order_by()
        counted.update(dict(topics))
    return [(topic_words(topic) if topic else "", number) for topic, number in sorted(counted.items())]


def waiting_under(consent: Any) -> int:
    """Return how many messages wait for the phone that no other consent would cover."""
    others = set(_consents(consent).values_list("topic", flat=True))
    waiting = _waiting(consent.phone).filter(mailing__requires_consent=True)
    if consent.topic != EVERYTHING:
        waiting = waiting.filter(mailing__topic=consent.topic)
    return 0 if EVERYTHING in others else waiting.exclude(mailing__topic__in=others).count()


def _consents(consent: Any) -> QuerySet[Any]:
    found: QuerySet[Any] = CONSENTS.model.objects.in_force().filter(phone=consent.phone)
    return found.exclude(pk=consent.pk)


def _waiting(phone: str) -> QuerySet[Message]:
    """Return those to the client with the phone, and single messages to the phone itself."""
    clients = Client.objects.alive().filter(phone=phone)
    theirs = Message.objects.filter(client__in=clients.values("pk"), next_attempt_at__isnull=False)
    singles = SingleMessage.objects.filter(phone=phone).exclude(phone="")
    to_phone = Message.objects.filter(pk__in=singles.values("pk"), next_attempt_at__isnull=False)
    return Message.objects.filter(Q(pk__in=theirs.values("pk")) | Q(pk__in=to_phone.values("pk")))
