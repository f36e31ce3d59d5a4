"""At every moment the counts equal a count over the rows."""

import threading
from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notification_service.mailings import stats
from notification_service.mailings.models import Attempt, Mailing, Message, MinuteCount
from notification_service.mailings.reasons import Reason, Why
from tests.depth import examples
from tests.factories import (
    make_clients_in_bulk,
    make_mailing,
    make_message,
    make_messages,
    make_running_mailing,
    now,
)
from tests.reasons import http_status

STATUSES = list(Message.Status.values)
CLIENTS = 40

# The mailings, and null for all together, of which a counter differs from the count over the rows.
WRONG = """
WITH rows AS (
  SELECT mailing_id, status FROM mailings_message
  UNION ALL
  SELECT mailing_id, delivery FROM mailings_message WHERE delivery IS NOT NULL
  UNION ALL
  SELECT mailing_id, 'awaited' FROM mailings_message WHERE delivery IS NULL AND status = 'sent'
)
SELECT mailing_id FROM (
  SELECT mailing_id, status, messages FROM mailings_messagecount CROSS JOIN LATERAL (VALUES
    ('pending', pending), ('sending', sending), ('sent', sent), ('failed', failed),
    ('expired', expired), ('cancelled', cancelled), ('unknown', unknown),
    ('delivered', delivered), ('undelivered', undelivered), ('awaited', sent - answered)
  ) AS counted (status, messages)
  UNION ALL
  SELECT mailing_id, status, -1 FROM rows
  UNION ALL
  SELECT NULL, status, -1 FROM rows
) AS both_sides GROUP BY mailing_id, status HAVING sum(messages) <> 0
"""
INSERT = """
INSERT INTO mailings_message
  (mailing_id, client_id, status, attempts, created_at, next_attempt_at, error, delivery)
SELECT %(mailing)s, id, %(status)s::text, 0, now(), CASE %(status)s::text WHEN 'pending' THEN now() END, '',
  CASE id %% 3 WHEN 1 THEN 'delivered' WHEN 2 THEN 'undelivered' END
FROM directory_client WHERE id %% 7 = %(share)s ON CONFLICT DO NOTHING
"""
UPDATE = """
UPDATE mailings_message
SET status = %(status)s::text, next_attempt_at = CASE %(status)s::text WHEN 'pending' THEN now() END
WHERE mailing_id BETWEEN %(mailing)s AND %(mailing)s + 1 AND client_id %% 7 = %(share)s
"""
RECEIPT = """
UPDATE mailings_message
SET delivery = CASE (client_id + %(share)s) %% 2 WHEN 0 THEN 'delivered' ELSE 'undelivered' END
WHERE mailing_id BETWEEN %(mailing)s AND %(mailing)s + 1 AND client_id %% 7 = %(share)s
  AND status = %(status)s::text
"""
DELETE = "DELETE FROM mailings_message WHERE mailing_id = %(mailing)s AND client_id %% 7 = %(share)s"

Step = tuple[str, int, str, int]
steps = st.tuples(
    st.sampled_from([INSERT, INSERT, UPDATE, RECEIPT, DELETE]),
    st.integers(1, 3),
    st.sampled_from(STATUSES),
    st.integers(0, 6),
)


def take(step: Step, execute: Callable[[str, dict[str, Any]], object]) -> None:
    statement, mailing, status, share = step
    execute(statement, {"mailing": mailing, "status": status, "share": share})


def execute(statement: str, parameters: dict[str, Any] | None = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def counts_of(mailing: Mailing) -> dict[str, int]:
    """Those that are not zero."""
    counts = stats.message_counts([mailing.id])[mailing.id]
    return {status: count for status, count in counts.items() if count}


@pytest.mark.django_db
@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(steps, max_size=12))
def test_counters_are_exact_after_every_statement(taken: list[Step]) -> None:
    with transaction.atomic():
        make_clients_in_bulk(CLIENTS)
        for step in taken:
            take(step, execute)
            assert execute(WRONG) == []
        transaction.set_rollback(True)


def other_connection() -> "psycopg.Connection[tuple[Any, ...]]":
    parameters = connection.get_connection_params()
    return psycopg.connect(
        **{key: parameters[key] for key in parameters if key not in {"cursor_factory", "context"}}
    )


@pytest.mark.django_db(transaction=True)
def test_counters_are_exact_at_any_time_during_concurrent_writes() -> None:
    make_clients_in_bulk(CLIENTS)

    def write(seed: int) -> None:
        random = Random(seed)
        with other_connection() as writer:
            writer.autocommit = True
            for _ in range(150):
                statement = random.choice([INSERT, UPDATE, RECEIPT, DELETE])
                step = (statement, random.randint(1, 3), random.choice(STATUSES), random.randint(0, 6))
                try:
                    take(step, writer.execute)
                except psycopg.errors.DeadlockDetected:
                    continue  # over the messages, which two unordered updates may lock crosswise

    writers = [threading.Thread(target=write, args=(seed,)) for seed in range(3)]
    for writer in writers:
        writer.start()
    wrong = []
    while any(writer.is_alive() for writer in writers):
        wrong += execute(WRONG)
    assert (wrong, execute(WRONG)) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_an_uncommitted_change_is_not_in_the_counts_of_other_connections() -> None:
    mailing = make_running_mailing()
    make_message(mailing)
    with other_connection() as writer:
        writer.execute("UPDATE mailings_message SET status = 'sent', next_attempt_at = NULL")
        assert writer.execute(WRONG).fetchall() == []
        assert counts_of(mailing) == {"total": 1, "pending": 1}
    assert counts_of(mailing) == {"total": 1, "sent": 1}


@pytest.mark.django_db(transaction=True)
def test_a_change_rolled_back_is_not_counted() -> None:
    mailing = make_running_mailing()
    make_message(mailing)
    with other_connection() as writer:
        writer.execute("UPDATE mailings_message SET status = 'sent', next_attempt_at = NULL")
        writer.rollback()
    assert counts_of(mailing) == {"total": 1, "pending": 1}


@pytest.mark.django_db
def test_counts_are_zero_without_messages() -> None:
    assert stats.message_counts([1]) == {1: dict.fromkeys(["total", *STATUSES], 0)}


@pytest.mark.django_db
def test_counts_always_have_every_key() -> None:
    mailing = make_running_mailing()
    for number, status in enumerate(STATUSES, start=1):
        make_messages(mailing, number, status=status)
    assert stats.message_counts([mailing.id])[mailing.id] == {
        "total": 28,
        "pending": 1,
        "sending": 2,
        "sent": 3,
        "failed": 4,
        "expired": 5,
        "cancelled": 6,
        "unknown": 7,
    }


@pytest.mark.django_db
def test_the_overall_counts_cover_all_mailings() -> None:
    make_mailing()
    make_messages(make_running_mailing(), 2, status="sent")
    make_message(make_mailing(status="cancelled"), status="cancelled")
    counts = stats.overall_counts()
    assert counts["mailings"] == {
        "total": 3,
        "scheduled": 1,
        "running": 1,
        "paused": 0,
        "finished": 0,
        "cancelled": 1,
    }
    assert counts["messages"] == dict.fromkeys(STATUSES, 0) | {"total": 3, "sent": 2, "cancelled": 1}


@pytest.mark.django_db
def test_the_overall_counts_are_exact_at_every_step_of_a_removal() -> None:
    make_messages(make_running_mailing(), 2)
    going = make_running_mailing(deleted_at=now(), status="cancelled")
    messages = make_messages(going, 3)
    totals = []
    for message in messages:
        totals.append(stats.overall_counts()["messages"]["total"])
        message.delete()
    assert totals == [2, 2, 2]


@pytest.mark.django_db
@pytest.mark.parametrize("messages", [1, 300])
def test_counts_read_a_few_rows_at_any_size(messages: int, django_assert_num_queries: Any) -> None:
    mailing = make_running_mailing()
    make_clients_in_bulk(messages)
    for share in range(7):
        take((INSERT, mailing.id, "sent", share), execute)
    with django_assert_num_queries(1):
        stats.message_counts([mailing.id])
    [[rows]] = execute("SELECT count(*) FROM mailings_messagecount")
    assert rows == 2  # one slot of one connection: the mailing's and the overall one


# timeline and failures


def end(messages: list[Message], status: str, **fields: Any) -> None:
    ids = [message.id for message in messages]
    Message.objects.filter(id__in=ids).update(status=status, next_attempt_at=None, **fields)


@pytest.mark.django_db
def test_the_timeline_counts_ended_messages_and_retries() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 6)
    end(messages[:3], "sent")
    end(messages[3:5], "failed", **http_status(400).columns)
    for outcome in ("retry", "lost", "failed", "held", "unknown"):
        Attempt.objects.create(message=messages[5], mailing=mailing, number=1, at=now(), outcome=outcome)
    [minute] = stats.timeline(mailing.id)
    assert {key: value for key, value in minute.items() if key != "minute"} == {
        "sent": 3,
        "failed": 2,
        "retried": 2,
        "delivered": 0,
        "undelivered": 0,
    }
    assert minute["minute"] == execute("SELECT date_trunc('minute', now())")[0][0]


@pytest.mark.django_db
def test_the_timeline_adds_the_slots_of_a_minute_and_is_in_order() -> None:
    mailing = make_running_mailing()
    minutes = [now().replace(second=0, microsecond=0) - timedelta(minutes=ago) for ago in (1, 2)]
    for minute in minutes:
        for slot in (1, 2):
            MinuteCount.objects.create(
                mailing=mailing, minute=minute, slot=slot, sent=slot, failed=0, retried=1
            )
    assert stats.timeline(mailing.id) == [
        {"minute": minute, "sent": 3, "failed": 0, "retried": 2, "delivered": 0, "undelivered": 0}
        for minute in reversed(minutes)
    ]


@pytest.mark.django_db
def test_the_timeline_ends_with_the_last_active_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stats, "TIMELINE_MINUTES", 2)
    mailing = make_running_mailing()
    minutes = [now().replace(second=0, microsecond=0) - timedelta(hours=ago) for ago in (1, 2, 3)]
    for minute in minutes:
        MinuteCount.objects.create(mailing=mailing, minute=minute, slot=1, sent=1, failed=0, retried=0)
    assert [minute["minute"] for minute in stats.timeline(mailing.id)] == [minutes[1], minutes[0]]


@pytest.mark.django_db
def test_failures_are_listed_by_reason_with_the_most_frequent_first() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 7)
    end(messages[:1], "failed", **http_status(404).columns)
    end(messages[1:4], "failed", **http_status(400).columns)
    end(messages[4:6], "unknown", **Why(Reason.RESPONSE_TIMEOUT).columns)
    end(messages[6:], "expired", **Why(Reason.DEADLINE_PASSED).columns)
    assert stats.failures_by_reason(mailing.id) == [
        (http_status(400), 3),
        (Why(Reason.RESPONSE_TIMEOUT), 2),
        (http_status(404), 1),
    ]


@pytest.mark.django_db
def test_a_message_that_turns_out_to_be_sent_is_not_counted_as_a_failure() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 1)
    end(messages, "unknown", **Why(Reason.WORKER_LOST).columns)
    end(messages, "sent", reason="")
    assert stats.failures_by_reason(mailing.id) == []


@pytest.mark.django_db
def test_an_update_that_leaves_the_status_alone_is_not_counted_again() -> None:
    mailing = make_running_mailing()
    messages = make_messages(mailing, 1)
    end(messages, "failed", **http_status(400).columns)
    end(messages, "failed", **http_status(400).columns)
    assert stats.failures_by_reason(mailing.id) == [(http_status(400), 1)]
    assert [minute["failed"] for minute in stats.timeline(mailing.id)] == [1]
