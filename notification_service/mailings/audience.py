"""Which clients a mailing goes to, and the fan-out that writes one message for each of them."""

import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, NamedTuple

import structlog
from django.db import OperationalError, connection, transaction
from django.db.models import F, Max, QuerySet
from django.db.models.functions import Now

from notification_service.directory.models import Client
from notification_service.directory.preferences import preference_changes
from notification_service.directory.zones import zone_changes
from notification_service.mailings import contact_hours, partitions, stats
from notification_service.mailings.advisory_locks import try_lock
from notification_service.mailings.exclusions import (
    CODES,
    EVERYBODY,
    cancel_written,
    exclusions_of,
    listing,
    terms_of,
    with_exclusion,
)
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.moved_clients import make_due
from notification_service.mailings.openings import opening_columns, spread_columns, spread_from
from notification_service.mailings.reach import audience_of
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.observability import metrics, tracing

FIRST_CHUNK_CLIENTS = 2_000  # small, so that the first requests start at once
SECOND_CHUNK_CLIENTS = 8_000  # of a large audience: what is sent while the rest is listed
# Pages of the audience's table in a chunk, about 2,500 and 20,000 clients. Chunks grow by half: each is
# written before the one before it is sent.
FIRST_PAGES, MOST_PAGES = 16, 128
LISTING_MEMORY = "128MB"  # for hashes of what a million clients said

BEING_WRITTEN = (Mailing.Status.RUNNING, Mailing.Status.PAUSED)


class Insertion(NamedTuple):
    """That write messages, each as soon as it may be sent, or spread."""

    at_once: str
    spread: str


FIRST = Insertion("audience/insert_first_messages", "audience/insert_first_messages_spread")
LISTED = Insertion("audience/insert_listed_messages", "audience/insert_listed_messages_spread")

log = structlog.get_logger(__name__)


class CountedChanges(NamedTuple):
    """What has been counted of changes before the audience is read."""

    preferences: int
    moves: int


def build_audience(mailing_id: int) -> None:
    """Write a message for every client who matches, in chunks, each in its own transaction.

    The audience is one snapshot: after a small first chunk, a single statement lists the rest. Clients
    created since the start are left out, and a build that died continues where it stopped. If another build
    of the mailing is under way, or the mailing has been stopped, this does nothing.
    """
    with try_lock(f"build {mailing_id}") as is_mine:
        mailing = Mailing.objects.get(pk=mailing_id)
        if not is_mine or mailing.audience_built_at or mailing.status not in BEING_WRITTEN:
            return
        with tracing.span("plan", parent=mailing.trace_parent, mailing_id=mailing_id):
            _build(mailing)


def _build(mailing: Mailing) -> None:
    began = time.monotonic()
    log.info("planning", mailing_id=mailing.pk)
    clients = audience_of(mailing).filter(created_at__lte=mailing.started_at).order_by("id")
    last = _written_to(mailing)
    is_large = not last and _expected_rows(clients) >= partitions.OWN_FROM_MESSAGES
    if is_large:
        partitions.take_emptiest(mailing)
    known = _know_clients(mailing, is_new=not last)
    last = last or _write_some(mailing, clients[:FIRST_CHUNK_CLIENTS], known)
    if is_large:
        second = clients.filter(id__gt=last)[:SECOND_CHUNK_CLIENTS]
        last = _write_some(mailing, second, known) or last
    _list_clients(clients.filter(id__gt=last), mailing)
    is_whole = all(_write_chunk(mailing, pages, known) for pages in _page_ranges())
    if is_whole:
        Mailing.objects.filter(pk=mailing.pk, status__in=BEING_WRITTEN).update(audience_built_at=Now())
    seconds = time.monotonic() - began
    metrics.audience_seconds.inc(seconds)
    messages = stats.message_counts([mailing.pk])[mailing.pk]["total"]
    log.info("planned", mailing_id=mailing.pk, whole=is_whole, messages=messages, seconds=round(seconds, 3))


def _written_to(mailing: Mailing) -> int:
    """Return the last client whom a build that died has decided on; 0 if there was none."""
    last = Message.objects.of(mailing).aggregate(last=Max("client_id"))["last"]
    return max(mailing.audience_written_to, last or 0)  # a version before this one wrote messages alone


def _know_clients(mailing: Mailing, *, is_new: bool) -> CountedChanges:
    """Note this before the first message is written: a claim looks again only after later changes."""
    known = CountedChanges(preference_changes(), zone_changes())
    if is_new:
        Mailing.objects.filter(pk=mailing.pk).update(preferences_known=known.preferences)
    return known


def _expected_rows(clients: QuerySet[Client]) -> int:
    """Return the planner's estimate: a count would delay the first request."""
    [explained] = json.loads(clients.explain(format="json"))
    return int(explained["Plan"]["Plan Rows"])


def _write_some(mailing: Mailing, clients: QuerySet[Client], known: CountedChanges) -> int:
    """Write the messages of some thousand clients; return the last of their ids, or 0.

    `known`: the changes that the audience knows of.
    """
    with_value = with_exclusion(clients, EVERYBODY, text=mailing.text)
    first = list(with_value.values_list("id", "timezone", "phone", "exclusion"))
    if not first:
        return 0
    last = int(first[-1][0])
    unwanted = exclusions_of([phone or "" for _, _, phone, _ in first], terms_of(mailing))
    judged = [(pk, zone, unwanted.get(phone, exclusion)) for pk, zone, phone, exclusion in first]
    wanted = [(pk, zone) for pk, zone, exclusion in judged if exclusion is None]
    excluded = Counter(exclusion for _, _, exclusion in judged if exclusion)
    with _writing(mailing) as is_open:
        if is_open:
            ids, zones = [pk for pk, _ in wanted], [zone for _, zone in wanted]
            _insert(FIRST, mailing, zones=set(zones), ids=ids, timezones=zones)
            _note_written(mailing, to=last, excluded=excluded)
    _cancel_changed(mailing, to=last, known=known)
    if zone_changes() != known.moves:
        _look_again(_moved_of(dict(wanted)))
    return last


def _moved_of(wanted: dict[int, str]) -> list[int]:
    """Return those who are no longer in the zone that was read."""
    zones = Client.objects.filter(pk__in=wanted).values_list("id", "timezone")
    return [pk for pk, zone in zones if wanted[pk] != zone]


@transaction.atomic
def _list_clients(clients: QuerySet[Client], mailing: Mailing) -> None:
    query, parameters = listing(clients, terms_of(mailing), text=mailing.text)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.audience")
        cursor.execute(f"SET LOCAL work_mem = '{LISTING_MEMORY}'")
        cursor.execute(f"CREATE TEMP TABLE audience AS {query}", parameters)


def _page_ranges() -> Iterator[tuple[int, int]]:
    (pages,) = sql.row("audience/listed_pages")
    first, size = 0, FIRST_PAGES
    while first < pages:
        yield first, first + size
        first, size = first + size, min(size + size // 2, MOST_PAGES)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.audience")


def _write_chunk(mailing: Mailing, pages: tuple[int, int], known: CountedChanges) -> bool:
    """Write the messages of the clients on the pages. Return False if the mailing was stopped."""
    bounds = {"first": f"({pages[0]},0)", "end": f"({pages[1]},0)"}
    with _writing(mailing) as is_open:
        if is_open:
            listed = sql.rows("audience/listed_zones", **bounds)
            zones = {name for name, exclusion, _, _ in listed if exclusion is None}
            # The last pages of a table may be empty.
            last = max((last for *_, last in listed), default=mailing.audience_written_to)
            _insert(LISTED, mailing, zones=zones, **bounds)
            _note_written(mailing, to=last, excluded=_excluded(listed))
    if is_open:
        _cancel_changed(mailing, to=last, known=known)
        if zone_changes() != known.moves:
            _look_again([pk for (pk,) in sql.rows("audience/moved_clients", **bounds)])
    return is_open


def _look_again(moved: list[int]) -> None:
    """Who moved while the messages were being written could not have them looked at."""
    if moved:
        make_due(moved)


def _excluded(listed: list[tuple[Any, ...]]) -> Counter[str]:
    excluded: Counter[str] = Counter()
    for _, exclusion, clients, _ in listed:
        if exclusion is not None:
            excluded[exclusion] += clients
    return excluded


def _cancel_changed(mailing: Mailing, *, to: int, known: CountedChanges) -> None:
    """Cancel for people who opted out while the messages were being written."""
    if preference_changes() != known.preferences:
        cancel_written(mailing, after=mailing.audience_written_to, to=to)


def _note_written(mailing: Mailing, *, to: int, excluded: Mapping[str, int]) -> None:
    """Called in the transaction that writes the messages, so that nobody is counted twice."""
    counts = {f"excluded_{code}": F(f"excluded_{code}") + excluded.get(code, 0) for code in CODES}
    Mailing.objects.filter(pk=mailing.pk).update(audience_written_to=to, **counts)


@contextmanager
def _writing(mailing: Mailing) -> Iterator[bool]:
    """A transaction in which the mailing cannot be stopped or changed; False if it was stopped."""
    with transaction.atomic():
        contact_hours.keep_until_commit()
        mailing.refresh_from_db(from_queryset=Mailing.objects.select_for_update(of=("self",), no_key=True))
        yield mailing.status in BEING_WRITTEN
        wake_up(SEND)
    _renew_statistics()


def _renew_statistics() -> None:
    """Autovacuum gives way in a second, unless it must not; then the next chunk tries again."""
    for (table,) in sql.rows("audience/thought_empty"):
        with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '3s'")
            cursor.execute(f"ANALYZE {table}")


def _insert(written: Insertion, mailing: Mailing, *, zones: set[str], **parameters: Any) -> None:
    """`parameters` say which clients."""
    now = _transaction_time()
    if mailing.spread_minutes:
        statement, columns = written.spread, spread_columns(mailing, zones, since=spread_from(now))
    else:
        due_since = mailing.started_at or now
        statement, columns = written.at_once, opening_columns(mailing, zones, now=now, due_since=due_since)
    row = {"mailing_id": mailing.pk, "partition": mailing.partition}
    messages = sql.execute(statement, **row, **columns, **parameters)
    metrics.audience_messages.inc(messages)
    log.info("messages planned", mailing_id=mailing.pk, messages=messages)


def _transaction_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
