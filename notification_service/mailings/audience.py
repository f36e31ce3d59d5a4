"""Which clients a mailing goes to, and the fan-out that writes one message for each of them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog
from django.db import connection, transaction
from django.db.models import Max, QuerySet
from django.db.models.functions import Now

from notification_service.directory.models import Client
from notification_service.mailings import stats
from notification_service.mailings.advisory_locks import try_lock
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.send_window import next_opening
from notification_service.mailings.sql import sql
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.observability import metrics, tracing

FIRST_CHUNK_CLIENTS = 2_000  # small, so that the first requests start at once
CHUNK_PAGES = 128  # of the audience's table: about 20,000 clients

BEING_WRITTEN = (Mailing.Status.RUNNING, Mailing.Status.PAUSED)

log = structlog.get_logger(__name__)


def matching_clients(*, operator_codes: Sequence[str], tags: Sequence[str]) -> QuerySet[Client]:
    """Clients with any of the codes and any of the tags; an empty sequence restricts nothing."""
    clients = Client.objects.alive()
    if operator_codes:
        clients = clients.filter(operator_code__in=operator_codes)
    if tags:
        clients = clients.filter(tag__in=tags)
    return clients


def build_audience(mailing_id: int) -> None:
    """Write a message for every client who matches, in chunks, each a transaction of its own.

    The audience is one snapshot: after a small first chunk the rest is listed by a single statement.
    Clients created since the start are left out, and a build that died goes on where it stopped.
    Another build of the same mailing under way, or a mailing stopped by now, makes this a no-op.
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
    clients = matching_clients(operator_codes=mailing.operator_codes, tags=mailing.tags)
    clients = clients.filter(created_at__lte=mailing.started_at)
    last = Message.objects.filter(mailing=mailing).aggregate(last=Max("client_id"))["last"]
    last = last or _write_first_chunk(mailing, clients)
    _list_clients(clients.filter(id__gt=last))
    is_whole = all(_write_chunk(mailing, pages) for pages in _page_ranges())
    if is_whole:
        Mailing.objects.filter(pk=mailing.pk, status__in=BEING_WRITTEN).update(audience_built_at=Now())
    seconds = time.monotonic() - began
    metrics.audience_seconds.inc(seconds)
    messages = stats.message_counts([mailing.pk])[mailing.pk]["total"]
    log.info("planned", mailing_id=mailing.pk, whole=is_whole, messages=messages, seconds=round(seconds, 3))


def _write_first_chunk(mailing: Mailing, clients: QuerySet[Client]) -> int:
    """Write the messages of the first clients by id; return the last of these ids, or 0."""
    first = list(clients.order_by("id").values_list("id", "timezone")[:FIRST_CHUNK_CLIENTS])
    if not first:
        return 0
    ids, zones = zip(*first, strict=True)
    with _writing(mailing) as is_open:
        if is_open:
            _insert(
                "audience/insert_first_messages",
                mailing,
                zones=set(zones),
                ids=list(ids),
                timezones=list(zones),
            )
    return int(ids[-1])


def _list_clients(clients: QuerySet[Client]) -> None:
    query, parameters = clients.order_by("id").values("id", "timezone").query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.audience")
        cursor.execute(f"CREATE TEMP TABLE audience AS {query}", parameters)


def _page_ranges() -> Iterator[tuple[int, int]]:
    (pages,) = sql.row("audience/listed_pages")
    for first in range(0, pages, CHUNK_PAGES):
        yield first, first + CHUNK_PAGES
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE pg_temp.audience")


def _write_chunk(mailing: Mailing, pages: tuple[int, int]) -> bool:
    """Write the messages of the clients on the pages; False when the mailing was stopped."""
    bounds = {"first": f"({pages[0]},0)", "end": f"({pages[1]},0)"}
    with _writing(mailing) as is_open:
        if is_open:
            zones = {name for (name,) in sql.rows("audience/listed_zones", **bounds)}
            _insert("audience/insert_listed_messages", mailing, zones=zones, **bounds)
    return is_open


def opening_in(zone_name: str, *, mailing: Mailing, at: datetime) -> datetime:
    """When the mailing's window opens in the zone, from `at` on.

    PostgreSQL knows names that Python does not (`MSK`): such a client's hours are never known to be
    right, so that the message waits for the deadline, or for a better zone.
    """
    try:
        return next_opening(mailing.send_window, zone=ZoneInfo(zone_name), at=at)
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return at if mailing.send_window is None else max(at, mailing.end_at)


@contextmanager
def _writing(mailing: Mailing) -> Iterator[bool]:
    """A transaction in which the mailing cannot be stopped or changed; False if it was stopped."""
    with transaction.atomic():
        mailing.refresh_from_db(from_queryset=Mailing.objects.select_for_update(of=("self",), no_key=True))
        yield mailing.status in BEING_WRITTEN
        wake_up(SEND)


def _insert(statement: str, mailing: Mailing, *, zones: set[str], **parameters: Any) -> None:
    """`parameters` say for which clients."""
    now = _transaction_time()
    openings = {name: opening_in(name, mailing=mailing, at=now) for name in sorted(zones)}
    messages = sql.execute(
        statement,
        mailing_id=mailing.pk,
        zones=list(openings),
        openings=list(openings.values()),
        **parameters,
    )
    metrics.audience_messages.inc(messages)
    log.info("messages planned", mailing_id=mailing.pk, messages=messages)


def _transaction_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        now: datetime = cursor.fetchone()[0]
    return now
