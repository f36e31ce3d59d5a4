"""What a claim costs does not follow from what else is in the tables, nor from how fresh statistics are."""

from typing import Any

import pytest
from django.db import connection, transaction

from notification_service.delivery.database import statement
from notification_service.mailings.models import Gateway
from tests.delivery.test_plans import CLAIM, execute
from tests.factories import (
    make_clients_in_bulk,
    make_mailing,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)


def buffers(name: str, parameters: dict[str, Any]) -> int:
    """How many pages the statement touches, without its triggers; what it did is taken back."""
    with transaction.atomic(), connection.cursor() as cursor:
        explain = "EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + statement(name).decode()
        cursor.execute(explain, parameters | {"gateway_id": Gateway.objects.get(name="main").pk})
        [[[explained]]] = cursor.fetchall()
        transaction.set_rollback(True)
    plan = explained["Plan"]
    return int(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


@pytest.mark.django_db(transaction=True)
def test_the_cost_of_a_claim_does_not_grow_with_finished_messages() -> None:
    make_clients_in_bulk(1_000)
    make_messages_in_bulk(make_running_mailing())
    execute("VACUUM ANALYZE mailings_message, mailings_duemessage")
    alone = buffers("claim", CLAIM)
    make_clients_in_bulk(199_000)
    make_messages_in_bulk(make_mailing(status="finished", finished_at=now()), status="sent")
    execute("VACUUM ANALYZE mailings_message, mailings_duemessage")
    assert buffers("claim", CLAIM) < 2 * alone  # each index is a level deeper


@pytest.mark.django_db(transaction=True)
def test_a_claim_is_cheap_without_fresh_statistics() -> None:
    tables = ("mailings_message_p0", "mailings_duemessage")
    for table in tables:
        execute(f"ALTER TABLE {table} SET (autovacuum_enabled = off)")
    make_clients_in_bulk(10_000)
    make_messages_in_bulk(make_running_mailing())
    execute("UPDATE mailings_message SET status = 'sent', next_attempt_at = NULL")
    execute("VACUUM ANALYZE mailings_message, mailings_duemessage")  # nothing was due
    for _ in range(5):
        make_messages_in_bulk(make_running_mailing())
    try:
        assert buffers("claim", CLAIM | {"limit": 10, "equal": 10}) < 1_000
    finally:
        for table in tables:
            execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
