"""Rows by the million, by SQL of their own; and mailings to all of them."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.db.backends.utils import CursorWrapper

from notification_service.mailings import lifecycle
from notification_service.mailings.models import Mailing, Message
from tests.benchmarks.load import call_once, new_mailing
from tests.journeys.mailing import ZONES, start_mailing, wait_until_finished
from tests.journeys.service import wait_until

MESSAGES_PER_SECOND = 10_000  # at which the messages written here were sent, for the timeline
OWN_PARTITION = 1  # which a mailing of this size has to itself
SLOTS = 4  # of the counters, which as many connections would have written

INSERT_CLIENTS = """
INSERT INTO directory_client (phone, operator_code, tag, timezone, attributes, created_at, updated_at)
SELECT (79000000000 + n)::text, (900 + n %% 100)::text, 'group ' || n %% 50, (%(zones)s::text[])[1 + n %% 4],
  '{}', now(), now()
FROM generate_series(1, %(count)s) AS n
"""
# Client ids of no client: nothing in the database asks for one, and a page reads only those it shows.
INSERT_MESSAGES = """
INSERT INTO mailings_message (partition, mailing_id, client_id, status, attempts, created_at, sent_at, error)
SELECT %(partition)s, %(mailing_id)s, n, 'sent', 1, now() - interval '1 day',
  now() - interval '1 day' + make_interval(secs => n / %(rate)s::float), ''
FROM generate_series(1, %(count)s) AS n
"""
# What the triggers would have counted, which are off while the rows are written.
COUNT_MESSAGES = """
INSERT INTO mailings_messagecount AS c (mailing_id, slot, sent)
SELECT mailing_id, id %% %(slots)s, count(*) FROM mailings_message WHERE mailing_id = %(mailing_id)s
GROUP BY GROUPING SETS ((mailing_id, id %% %(slots)s), (id %% %(slots)s))
ON CONFLICT (mailing_id, slot) DO UPDATE SET sent = c.sent + excluded.sent
"""
COUNT_MINUTES = """
INSERT INTO mailings_minutecount (mailing_id, minute, slot, sent)
SELECT mailing_id, date_trunc('minute', sent_at), id %% %(slots)s, count(*)
FROM mailings_message WHERE mailing_id = %(mailing_id)s GROUP BY 1, 2, 3
"""
FINISH_MAILING = """
UPDATE mailings_mailing SET status = 'finished', started_at = created_at, audience_built_at = now(),
  finished_at = now(), partition = %(partition)s
WHERE id = %(mailing_id)s
"""
# Indexes are made once the rows are there, which takes a third of the time.
INDEXES = """
SELECT 'DROP INDEX ' || indexrelid::regclass, replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
FROM pg_index
WHERE indrelid = 'mailings_message'::regclass AND NOT indisunique
"""


def make_clients(count: int) -> None:
    """In four zones, a hundred operator codes and fifty tags."""
    with connection.cursor() as cursor:
        cursor.execute(INSERT_CLIENTS, {"zones": list(ZONES), "count": count})
        cursor.execute("VACUUM ANALYZE directory_client")  # else autovacuum does, while we measure


def send_to_all(*, seconds: float = 600) -> tuple[Mailing, float]:
    """A mailing to every client, once it is finished, and its recorded sends a second.

    From its start to the last recorded send, by the database's clock.
    """
    mailing = start_mailing()
    counts = wait_until_finished(mailing, seconds=seconds)
    last = Message.objects.filter(mailing=mailing).order_by("-sent_at").values_list("sent_at", flat=True)[0]
    mailing.refresh_from_db()
    assert mailing.started_at is not None
    assert last is not None
    assert counts["sent"] == counts["total"], counts
    return mailing, counts["sent"] / (last - mailing.started_at).total_seconds()


def post_to_all(url: str, key: str, *, gateway: str | None = None, seconds: float = 600) -> float:
    """Recorded sends a second of a mailing to every client, from before its POST until it is finished."""
    posted_at = time.time()  # the database's clock is this machine's, too
    answer, _ = call_once(url, key, new_mailing(gateway=gateway))
    mailing = Mailing.objects.get(pk=answer["id"])
    counts = wait_until_finished(mailing, seconds=seconds)
    mailing.refresh_from_db()
    assert mailing.finished_at is not None
    assert counts["sent"] == counts["total"], counts
    return counts["sent"] / (mailing.finished_at.timestamp() - posted_at)


def make_sent_mailing(count: int) -> Mailing:
    """A finished mailing whose messages were all sent, with counts as exact as the triggers keep them."""
    mailing = start_mailing(start_at=datetime.now(UTC) + timedelta(minutes=50))  # workers may run
    parameters = {"mailing_id": mailing.pk, "count": count, "rate": MESSAGES_PER_SECOND, "slots": SLOTS}
    parameters["partition"] = OWN_PARTITION
    with connection.cursor() as cursor, _without_indexes_and_triggers(cursor):
        cursor.execute(INSERT_MESSAGES, parameters)
        cursor.execute(COUNT_MESSAGES, parameters)
        cursor.execute(COUNT_MINUTES, parameters)
        cursor.execute(FINISH_MAILING, parameters)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE mailings_message")
    return mailing


def wait_until_written(mailing: Mailing) -> None:
    written = Mailing.objects.filter(pk=mailing.pk, audience_built_at__isnull=False)
    wait_until(written.exists, seconds=120, what="the audience")


def call_off(mailing: Mailing) -> None:
    """And wait until nothing of it is left to do."""
    mailing.refresh_from_db()
    if mailing.status in lifecycle.OPEN:
        lifecycle.cancel_mailing(mailing.pk)
    ended = Mailing.objects.filter(pk=mailing.pk, finished_at__isnull=False)
    wait_until(ended.exists, seconds=120, what="the end of the mailing")


def forget_mailings() -> None:
    """Leave the clients alone."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE mailings_message, mailings_mailing CASCADE")


@contextmanager
def _without_indexes_and_triggers(cursor: CursorWrapper) -> Iterator[None]:
    cursor.execute("SET maintenance_work_mem = '512MB'")
    cursor.execute(INDEXES)
    indexes = cursor.fetchall()
    for drop, _ in indexes:
        cursor.execute(drop)
    cursor.execute("ALTER TABLE mailings_message DISABLE TRIGGER USER")
    yield
    cursor.execute("ALTER TABLE mailings_message ENABLE TRIGGER USER")
    for _, create in indexes:
        cursor.execute(create)
