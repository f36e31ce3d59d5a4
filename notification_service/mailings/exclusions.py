"""Who gets nothing of a mailing although they match: opted out, or without a consent (rule 14).

The engine's statements have the same rule in their own words: `delivery/sql/claim.sql`.
"""

from collections.abc import Collection
from itertools import groupby
from typing import Any, NamedTuple

import structlog
from django.db import transaction
from django.db.models import Case, CharField, Exists, OuterRef, QuerySet, Value, When

from notification_service.directory.models import EVERYTHING, Client, Consent, OptOut
from notification_service.mailings.missing_values import lacking, needed_by
from notification_service.mailings.models import Mailing
from notification_service.mailings.reasons import Reason
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import SETTLE, wake_up
from notification_service.observability import message_lines, metrics

PREFERENCES = (Reason.OPTED_OUT.value, Reason.NO_CONSENT.value)
CODES = (*PREFERENCES, Reason.NO_VALUE.value)  # why clients who match get no message

PHONES_AT_ONCE = (
    1000  # so few that their messages are found by an index, and nobody waits long for their rows
)
# Where each needs a consent, most have one: joined, a million take 0.8 s of PostgreSQL instead of 1.3.
LISTING_WITH_CONSENT = """
SELECT client.id, client.timezone, CASE
  WHEN all_out.phone IS NOT NULL OR topic_out.phone IS NOT NULL THEN 'opted_out'
  WHEN all_in.phone IS NULL AND topic_in.phone IS NULL THEN 'no_consent'
  ELSE client.exclusion
END AS exclusion
FROM ({clients}) AS client
LEFT JOIN directory_optout AS all_out ON NOT %s
  AND all_out.phone = client.phone AND all_out.topic = '' AND all_out.withdrawn_at IS NULL
LEFT JOIN directory_optout AS topic_out ON NOT %s
  AND topic_out.phone = client.phone AND topic_out.topic = %s AND topic_out.withdrawn_at IS NULL
LEFT JOIN directory_consent AS all_in
  ON all_in.phone = client.phone AND all_in.topic = '' AND all_in.revoked_at IS NULL
LEFT JOIN directory_consent AS topic_in
  ON topic_in.phone = client.phone AND topic_in.topic = %s AND topic_in.revoked_at IS NULL
ORDER BY client.id
"""
TRIES = 10  # to cancel what is being moved at that moment

log = structlog.get_logger(__name__)


class Terms(NamedTuple):
    """The terms of a mailing that exclude people."""

    topic: str = EVERYTHING
    requires_consent: bool = False
    ignores_opt_outs: bool = False

    @property
    def topics(self) -> list[str]:
        """Return those that an opt-out or a consent may name to count."""
        return sorted({EVERYTHING, self.topic})


EVERYBODY = Terms(ignores_opt_outs=True)


def terms_of(mailing: Mailing) -> Terms:
    return Terms(mailing.topic, mailing.requires_consent, mailing.ignores_opt_outs)


def with_exclusion(clients: QuerySet[Client], terms: Terms, *, text: str) -> QuerySet[Any]:
    """Return the clients with an `exclusion`: the code of the reason, or null.

    PostgreSQL looks for each by an index or, if there is memory for all that was said, in a hash.
    """
    cases = []
    if not terms.ignores_opt_outs:
        cases.append(When(_opted_out(terms), then=Value(Reason.OPTED_OUT.value)))
    if terms.requires_consent:
        cases.append(When(~_has_consent(terms), then=Value(Reason.NO_CONSENT.value)))
    if needed := needed_by(text):
        cases.append(When(lacking(needed), then=Value(Reason.NO_VALUE.value)))
    return clients.annotate(exclusion=Case(*cases, default=None, output_field=CharField()))


def listing(clients: QuerySet[Client], terms: Terms, *, text: str) -> tuple[str, tuple[Any, ...]]:
    """Return a statement, and its parameters, for the clients' ids, zones and exclusions, by id."""
    if not terms.requires_consent:
        listed = (
            with_exclusion(clients, terms, text=text).order_by("id").values("id", "timezone", "exclusion")
        )
        return listed.query.sql_with_params()
    by_text = with_exclusion(clients.order_by(), EVERYBODY, text=text)
    query, parameters = by_text.values("id", "timezone", "phone", "exclusion").query.sql_with_params()
    said = (terms.ignores_opt_outs, terms.ignores_opt_outs, terms.topic, terms.topic)
    return LISTING_WITH_CONSENT.format(clients=query), (*parameters, *said)


def exclusions_of(phones: Collection[str], terms: Terms) -> dict[str, str]:
    """Return the code of the reason for each of a few thousand phones that is excluded."""
    opted_out, consented = (
        set(said.in_force().filter(phone__in=phones, topic__in=terms.topics).values_list("phone", flat=True))
        for said in (OptOut.objects, Consent.objects)
    )
    missing = set(phones) - consented if terms.requires_consent else set()
    found = dict.fromkeys(missing, Reason.NO_CONSENT.value)
    return found if terms.ignores_opt_outs else found | dict.fromkeys(opted_out, Reason.OPTED_OUT.value)


def excludes_anybody(terms: Terms) -> bool:
    """Return whether any client may be excluded; if not, an index is enough to count them."""
    return terms.requires_consent or (not terms.ignores_opt_outs and _somebody_opted_out(terms))


def without_excluded(clients: QuerySet[Client], terms: Terms) -> QuerySet[Client]:
    """Return the clients who get it."""
    if not terms.ignores_opt_outs and _somebody_opted_out(terms):
        clients = clients.exclude(_opted_out(terms))
    return clients.filter(_has_consent(terms)) if terms.requires_consent else clients


def opted_out_of(clients: QuerySet[Client], terms: Terms) -> QuerySet[Client]:
    """Return those of the clients who have opted out."""
    return clients.filter(_opted_out(terms))


def count_excluded(clients: QuerySet[Client], terms: Terms) -> dict[str, int]:
    """Return how many of the clients get nothing, by the code of the reason."""
    heeds = not terms.ignores_opt_outs and _somebody_opted_out(terms)
    opted_out = opted_out_of(clients, terms).count() if heeds else 0
    wanting = clients.exclude(_opted_out(terms)) if heeds else clients
    no_consent = wanting.exclude(_has_consent(terms)).count() if terms.requires_consent else 0
    return dict(zip(PREFERENCES, (opted_out, no_consent), strict=True))


def _somebody_opted_out(terms: Terms) -> bool:
    return OptOut.objects.in_force().filter(topic__in=terms.topics).exists()


def _opted_out(terms: Terms) -> Exists:
    opt_outs = OptOut.objects.in_force().filter(phone=OuterRef("phone"))
    return Exists(opt_outs.filter(topic__in=terms.topics))


def _has_consent(terms: Terms) -> Exists:
    consents = Consent.objects.in_force().filter(phone=OuterRef("phone"))
    return Exists(consents.filter(topic__in=terms.topics))


def cancel_waiting(phones: Collection[str]) -> int:
    """Cancel what waits for the phones in mailings that may not go to them any more. Return how many.

    To be called once the opt-out is committed: a message that is written, or comes back to the queue, before
    that is found here; later, whoever writes it sees the opt-out.
    """
    every = sorted(phones)
    parts = (every[first : first + PHONES_AT_ONCE] for first in range(0, len(every), PHONES_AT_ONCE))
    return sum(_cancel("exclusions/cancel_waiting", phones=part) for part in parts)


def cancel_written(mailing: Mailing, *, after: int, to: int) -> int:
    """Cancel what waits for clients of the mailing that may not get it, by the range of their ids."""
    return _cancel(
        "exclusions/cancel_written", mailing_id=mailing.pk, partition=mailing.partition, after=after, to=to
    )


def _cancel(statement: str, **parameters: Any) -> int:
    """Repeat while some are found but not cancelled: they were being moved, or were just claimed."""
    cancelled = 0
    for _ in range(TRIES):
        found, ended = _cancel_once(statement, **parameters)
        cancelled += ended
        if ended == found:
            break
    return cancelled


@transaction.atomic
def _cancel_once(statement: str, **parameters: Any) -> tuple[int, int]:
    rows = sql.rows(statement, **parameters)
    found = rows[0][0]
    ended = sorted((row[1:] for row in rows if row[2] is not None), key=_whose)
    for (mailing_id, reason), same in groupby(ended, key=_whose):
        messages = [(message_id, client_id) for _, message_id, client_id, _ in same]
        metrics.ended.labels("cancelled").inc(len(messages))
        message_lines.log_messages(
            log, "messages ended", messages, mailing_id=mailing_id or None, reason=reason
        )
    if ended:
        wake_up(SETTLE)  # nothing may be left to send
    return found, len(ended)


def _whose(ended: tuple[int | None, int, int | None, str]) -> tuple[int, str]:
    """Return the mailing of a message, 0 for none, and its reason."""
    return ended[0] or 0, ended[3]
