"""Claims and outcomes touch no index of the messages: one on what they write would halve the speed."""

import pytest
from django.db import connection

from notification_service.mailings.models import Gateway
from notification_service.mailings.receipts import Receipt, record_receipts
from tests.delivery.database import claim, record_sent
from tests.factories import make_clients_in_bulk, make_messages_in_bulk, make_running_mailing
from tests.journeys.service import wait_until

UPDATES = "SELECT n_tup_upd, n_tup_hot_upd FROM pg_stat_user_tables WHERE relname = 'mailings_message_p0'"


def updates() -> tuple[int, int]:
    """How many rows were updated since the statistics began, and how many of them without their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(UPDATES)
        return tuple(cursor.fetchone())


def heap_only_updates(*, after: int) -> int:
    """Once so many updates are counted: a connection's count comes after its end."""
    wait_until(lambda: updates()[0] >= after, seconds=10, what="the updates being counted")
    return updates()[1]


def test_claims_and_successes_are_heap_only_updates(conninfo: str) -> None:
    make_clients_in_bulk(2_000)
    make_messages_in_bulk(make_running_mailing())
    at_first, heap_only_at_first = updates()
    claimed = claim(conninfo, limit=2_000)
    once_claimed = heap_only_updates(after=at_first + 2_000)
    assert once_claimed - heap_only_at_first > 1_900
    record_sent(conninfo, claimed)
    assert heap_only_updates(after=at_first + 4_000) - once_claimed > 1_800


def test_most_receipts_are_heap_only_updates(conninfo: str) -> None:
    """Not all: a whole page in one transaction needs room for each message twice."""
    make_clients_in_bulk(2_000)
    make_messages_in_bulk(make_running_mailing())
    claimed = claim(conninfo, limit=2_000)
    at_first, _ = updates()
    record_sent(conninfo, claimed)
    once_recorded = heap_only_updates(after=at_first + 2_000)
    main = Gateway.objects.get(name="main").pk
    for first in range(0, 2_000, 500):
        told = claimed[first : first + 500]
        record_receipts(main, [Receipt("delivered", message_id=message.id) for message in told])
    connection.close()
    assert heap_only_updates(after=at_first + 4_000) - once_recorded > 1_400


INDEXED = """
SELECT DISTINCT attname FROM pg_index
JOIN pg_attribute ON attrelid = indrelid AND (attnum = ANY(indkey)
  OR pg_get_expr(indpred, indrelid) LIKE '%%' || attname || '%%')
WHERE indrelid = 'mailings_message_p0'::regclass AND attnum > 0
"""


@pytest.mark.django_db
def test_no_index_covers_a_column_that_every_message_changes() -> None:
    with connection.cursor() as cursor:
        cursor.execute(INDEXED)
        indexed = {row[0] for row in cursor.fetchall()}
    assert {"mailing_id", "reason"} - indexed == set()  # the query finds what there is
    assert indexed & {"status", "attempts", "next_attempt_at", "sent_at", "batch_id"} == set()
