"""The queue's connection, the mailings' terms and the database's clock."""

import asyncio
import time
from datetime import time as time_of_day

import psycopg
import pytest

from notification_service.delivery import message_queue
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import Claimed, MailingTerms, Recordable
from notification_service.mailings.lifecycle import delete_mailing
from notification_service.mailings.models import Message
from notification_service.mailings.send_window import SendWindow
from tests.delivery.queues import ids, on_queue, open_queue
from tests.factories import make_mailing, make_message, make_messages, make_running_mailing, now

WORKERS = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE %s AND datname = %s"
)


@pytest.fixture(autouse=True)
def _reconnect_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(message_queue, "RECONNECT_SECONDS", 0.01)


def end_workers_connections(conninfo: str) -> int:
    with psycopg.connect(conninfo, autocommit=True) as other:
        return other.execute(WORKERS, ["notification_service worker", other.info.dbname]).rowcount


async def claim_after_an_interruption(queue: MessageQueue, conninfo: str) -> list[Claimed]:
    await queue.gateway_state()
    assert end_workers_connections(conninfo) == 1
    return await queue.claim(10)


def test_a_claim_survives_the_end_of_its_connection(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 3)
    claimed = on_queue(conninfo, lambda queue: claim_after_an_interruption(queue, conninfo))
    assert ids(claimed) == ids(messages)


def test_what_is_to_be_recorded_survives_the_end_of_a_connection(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)

    async def record(queue: MessageQueue) -> None:
        claimed = await queue.claim(3)
        end_workers_connections(conninfo)
        await queue.record(Recordable(sent=[(message, 0.0) for message in claimed]))

    on_queue(conninfo, record)
    assert Message.objects.filter(status="sent").count() == 3


def test_calls_at_the_same_time_take_turns_on_the_connection(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 20)

    async def claim_together(queue: MessageQueue) -> list[Claimed]:
        claims = [queue.claim(2) for _ in range(10)]
        end_workers_connections(conninfo)
        return [message for claimed in await asyncio.gather(*claims) for message in claimed]

    assert ids(on_queue(conninfo, claim_together)) == ids(messages)


def test_one_queue_holds_one_connection(conninfo: str) -> None:
    async def look_together(queue: MessageQueue) -> int:
        await asyncio.gather(*(queue.gateway_state() for _ in range(5)))
        return end_workers_connections(conninfo)

    assert on_queue(conninfo, look_together) == 1


def test_terms_are_the_mailings_present_ones(conninfo: str) -> None:
    mailing = make_running_mailing(
        text="Hi", window_from=time_of_day(22), window_to=time_of_day(6, 30), on_unknown="give_up"
    )
    terms = on_queue(conninfo, lambda queue: queue.terms([mailing.id]))
    window = SendWindow(time_of_day(22), time_of_day(6, 30))
    assert terms == {
        mailing.id: MailingTerms("Hi", mailing.end_at, window, give_up_on_unknown=True, is_running=True)
    }


def test_terms_without_a_window(conninfo: str) -> None:
    mailing = make_running_mailing()
    terms = on_queue(conninfo, lambda queue: queue.terms([mailing.id]))[mailing.id]
    assert (terms.window, terms.give_up_on_unknown) == (None, False)


@pytest.mark.parametrize("status", ["scheduled", "paused", "finished", "cancelled"])
def test_terms_say_that_a_mailing_does_not_run(conninfo: str, status: str) -> None:
    mailing = make_mailing(status=status)
    assert not on_queue(conninfo, lambda queue: queue.terms([mailing.id]))[mailing.id].is_running


def test_terms_say_that_a_deleted_mailing_does_not_run(conninfo: str) -> None:
    mailing = make_running_mailing()
    delete_mailing(mailing.id)
    assert not on_queue(conninfo, lambda queue: queue.terms([mailing.id]))[mailing.id].is_running


def test_a_mailing_that_is_gone_has_no_terms(conninfo: str) -> None:
    assert on_queue(conninfo, lambda queue: queue.terms([12345])) == {}


def test_the_databases_clock_is_never_behind(conninfo: str) -> None:
    state = on_queue(conninfo, lambda queue: queue.gateway_state())
    assert state is not None
    ahead_of_us = state.database_ahead + time.monotonic() - now().timestamp()
    assert 0 <= ahead_of_us <= state.fast_by_at_most < 5


def test_the_time_to_connect_does_not_set_the_clock_ahead(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(message_queue, "RECONNECT_SECONDS", 2)

    async def look(queue: MessageQueue) -> float:
        await queue.gateway_state()
        end_workers_connections(conninfo)
        state = await queue.gateway_state()
        assert state is not None
        return state.database_ahead

    ahead = on_queue(conninfo, look) + time.monotonic() - now().timestamp()
    assert ahead < 1.5


def test_statements_have_a_time_limit(conninfo: str) -> None:
    async def show(queue: MessageQueue) -> str:
        async with open_queue(conninfo) as other:
            await other.gateway_state()
            assert other._connection is not None
            [limit] = await (await other._connection.execute("SHOW statement_timeout")).fetchone() or [""]
            return str(limit)

    assert on_queue(conninfo, show) == "30s"


def test_an_empty_record_changes_nothing(conninfo: str) -> None:
    message = make_message()
    on_queue(conninfo, lambda queue: queue.record(Recordable()))
    message.refresh_from_db()
    assert message.status == "pending"
