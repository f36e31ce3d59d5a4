"""What becomes of the messages of a worker that was lost."""

import asyncio
from datetime import timedelta

import psycopg
import pytest
from django.db import connections

from notification_service.delivery import claim as claim_module
from notification_service.delivery.database import statement
from notification_service.delivery.outcome_rows import released
from notification_service.mailings.models import Attempt, Batch, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import (
    claim,
    end_leases,
    ids,
    mark,
    record_not_sent,
    record_sent,
    rescue_all,
)
from tests.factories import make_message, make_messages, make_running_mailing, now


def test_a_rescue_returns_the_messages_of_an_ended_lease(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 3)
    claim(conninfo)
    end_leases()
    assert rescue_all() == 3
    assert ids(claim(conninfo)) == ids(messages)


def test_a_rescue_leaves_the_messages_of_a_live_worker_alone(conninfo: str) -> None:
    make_message()
    claim(conninfo)
    assert (rescue_all(), Message.objects.get().status, Batch.objects.count()) == (0, "sending", 1)


def test_living_workers_come_first_after_whatever_ended_all_sessions(conninfo: str) -> None:
    """PostgreSQL itself started long ago, as where a standby took over or a crash ended the sessions."""
    make_message()
    claim(conninfo)
    end_leases()
    connections.close_all()
    with psycopg.connect(conninfo, autocommit=True) as last:
        last.execute(
            "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert rescue_all() == 0
    end_leases()
    assert rescue_all() == 1


def test_a_rescued_message_is_due_and_its_attempt_is_listed_as_lost(conninfo: str) -> None:
    message = make_message(attempts=1)
    claim(conninfo)
    end_leases()
    rescue_all()
    message.refresh_from_db()
    attempt = Attempt.objects.get()
    assert (message.status, message.attempts, message.why) == ("pending", 2, Why(Reason.WORKER_LOST))
    assert message.next_attempt_at is not None
    assert message.next_attempt_at <= now()
    assert (attempt.outcome, attempt.number, attempt.mailing_id) == ("lost", 2, message.mailing_id)


def test_an_attempted_message_ends_as_unknown_in_a_mailing_that_gives_up(conninfo: str) -> None:
    message = make_message(make_running_mailing(on_unknown="give_up"))
    claimed = claim(conninfo)
    mark(conninfo, claimed)
    end_leases()
    rescue_all()
    message.refresh_from_db()
    assert (message.status, message.next_attempt_at, message.why) == (
        "unknown",
        None,
        Why(Reason.WORKER_LOST),
    )
    assert Attempt.objects.get().outcome == "unknown"


def test_a_message_that_was_not_requested_is_never_given_up(conninfo: str) -> None:
    asked, waited = make_messages(make_running_mailing(on_unknown="give_up"), 2)
    claimed = [message for message in claim(conninfo) if message.id == asked.id]
    mark(conninfo, claimed)
    end_leases()
    rescue_all()
    assert dict(Message.objects.values_list("pk", "status")) == {asked.id: "unknown", waited.id: "pending"}


def test_a_message_that_another_worker_claimed_is_not_marked_as_attempted(conninfo: str) -> None:
    make_message(make_running_mailing(on_unknown="give_up"))
    late = claim(conninfo)
    end_leases()
    rescue_all()
    claim(conninfo)
    mark(conninfo, late)
    end_leases()
    rescue_all()
    assert Message.objects.get().status == "pending"


def test_a_released_message_is_not_given_up_before_its_next_request(conninfo: str) -> None:
    make_message(make_running_mailing(on_unknown="give_up"))
    claimed = claim(conninfo)
    mark(conninfo, claimed)
    record_not_sent(conninfo, released(claimed[0], until=now() - timedelta(hours=1)))
    claim(conninfo)
    end_leases()
    rescue_all()
    assert Message.objects.get().status == "pending"


def test_a_rescue_leaves_recorded_messages_alone(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)
    recorded, *lost = claim(conninfo)
    record_sent(conninfo, [recorded])
    end_leases()
    assert rescue_all() == 2
    assert Message.objects.get(pk=recorded.id).status == "sent"
    assert ids(Message.objects.filter(status="pending")) == ids(lost)


def test_a_rescue_leaves_messages_of_another_batch_alone(conninfo: str) -> None:
    make_message()
    [lost] = claim(conninfo)
    Message.objects.update(status="pending", next_attempt_at=now())
    claim(conninfo)
    Batch.objects.filter(pk=lost.batch.id).update(lease_expires_at=now() - timedelta(seconds=1))
    assert (rescue_all(), Message.objects.get().status) == (0, "sending")


def test_a_rescue_forgets_the_ended_lease(conninfo: str) -> None:
    make_message()
    claim(conninfo)
    end_leases()
    rescue_all()
    assert (Batch.objects.count(), rescue_all()) == (0, 0)


def test_a_batch_of_a_removed_mailing_is_forgotten(conninfo: str) -> None:
    make_message()
    claim(conninfo)
    Message.objects.all().delete()
    end_leases()
    assert (rescue_all(), Batch.objects.count()) == (0, 0)


def test_a_rescue_skips_batches_that_another_rescue_holds(conninfo: str) -> None:
    make_message()
    claim(conninfo)
    end_leases()
    with psycopg.connect(conninfo) as other:
        other.execute("SELECT FROM mailings_batch FOR UPDATE")
        assert rescue_all() == 0


def test_a_rescue_takes_a_bounded_number_of_batches(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_module, "RESCUED_BATCHES", 2)
    make_messages(make_running_mailing(), 3)
    for _ in range(3):
        claim(conninfo, limit=1)
    end_leases()
    assert [rescue_all(), rescue_all(), rescue_all()] == [2, 1, 0]


def test_two_concurrent_rescues_return_each_message_once(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    for _ in range(10):
        claim(conninfo, limit=2)
    end_leases()
    rescue_statement = statement("rescue")

    async def rescue() -> int:
        async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as other:
            return (await other.execute(rescue_statement, {"batches": 20})).rowcount

    async def both() -> int:
        return sum(await asyncio.gather(rescue(), rescue()))

    assert (asyncio.run(both()), Attempt.objects.count()) == (20, 20)
