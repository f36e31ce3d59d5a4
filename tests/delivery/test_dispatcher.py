"""Claim, send, decide, record: on a real database, into a scripted gateway."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any

import psycopg
import pytest

from notification_service.delivery import claim as claim_module
from notification_service.delivery import claim_rounds, write_outcomes
from notification_service.delivery import database as database_module
from notification_service.delivery import record as record_module
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.messages import Claimed, OutcomeBuffer
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.delivery.outcome_rows import released
from notification_service.directory.models import Client
from notification_service.mailings.models import Attempt, Batch, Gateway, Mailing, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import claim, end_leases, ids, messages_must_have, record_not_sent, rescue_all
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, always, drain
from tests.factories import (
    make_client,
    make_clients_in_bulk,
    make_message,
    make_messages,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)
from tests.reasons import held_for, http_status

NOT_LET_IN = Response(401, b"who are you?")


def statuses() -> Counter[str]:
    return Counter(Message.objects.values_list("status", flat=True))


async def execute(conninfo: str, statement: str) -> None:
    """From outside, as another process would while a request is under way."""
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as other:
        await other.execute(statement.encode())


def hours_from_now(opens: int, closes: int) -> dict[str, time_of_day]:
    """A window by the clock of UTC, in hours from now."""
    return {
        "window_from": (now() + timedelta(hours=opens)).time(),
        "window_to": (now() + timedelta(hours=closes)).time(),
    }


# send


def test_a_drain_sends_and_records_every_due_message(conninfo: str) -> None:
    messages = [message for _ in range(3) for message in make_messages(make_running_mailing(), 100)]
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert gateway.asked == ids(messages)
    assert (statuses(), Batch.objects.count()) == ({"sent": 300}, 0)


def test_a_request_carries_the_mailings_text_to_the_clients_phone(conninfo: str) -> None:
    client = make_client(phone="79161234567")
    message = make_message(make_running_mailing(text="Скидка"), client)
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    [request] = gateway.requests
    assert (request.message_id, request.phone, request.text) == (message.id, "79161234567", "Скидка")


def test_a_drain_sends_more_than_a_batch(conninfo: str) -> None:
    make_messages(make_running_mailing(), 50)
    drain(conninfo, ScriptedGateway(), batch_size=7, max_concurrency=3)
    assert statuses() == {"sent": 50}


def test_a_drain_never_has_more_requests_under_way_than_allowed(conninfo: str) -> None:
    make_messages(make_running_mailing(), 40)

    async def slowly(request: Request) -> Response:
        await asyncio.sleep(0.005)
        return TAKEN

    gateway = ScriptedGateway(slowly)
    drain(conninfo, gateway, max_concurrency=4)
    assert gateway.most_under_way == 4


def test_a_drain_without_due_messages_ends(conninfo: str) -> None:
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert gateway.asked == []


def test_a_dispatcher_can_drain_repeatedly(conninfo: str) -> None:
    gateway = ScriptedGateway()
    first = make_message()

    async def twice(dispatcher: Dispatcher) -> None:
        await dispatcher.drain()
        await execute(conninfo, "UPDATE mailings_message SET status = 'pending', next_attempt_at = now()")
        await dispatcher.drain()

    drain(conninfo, gateway, twice)
    assert gateway.asked == [first.id, first.id]


def test_two_workers_request_each_message_once(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 200)
    gateway = ScriptedGateway()

    async def two(_: Dispatcher) -> None:
        await asyncio.gather(
            asyncio.to_thread(drain, conninfo, gateway), asyncio.to_thread(drain, conninfo, gateway)
        )

    drain(conninfo, gateway, two)
    assert gateway.asked == ids(messages)


# decide and record


def test_a_retry_waits_as_long_as_the_gateway_asks(conninfo: str) -> None:
    message = make_message()
    gateway = ScriptedGateway(always(Response(503, b"", "3600")))
    drain(conninfo, gateway)
    message.refresh_from_db()
    assert gateway.asked == [message.id]
    assert (message.status, message.attempts, message.why) == ("pending", 1, http_status(503))
    assert message.next_attempt_at is not None
    assert timedelta(minutes=59) < message.next_attempt_at - now() <= timedelta(hours=1)


def test_a_repeated_message_keeps_its_id(conninfo: str) -> None:
    message = make_message()
    answers: Iterator[Response | NoResponse] = iter(
        [Response(500, b""), NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True), TAKEN]
    )

    async def script(request: Request) -> Response | NoResponse:
        return next(answers)

    gateway = ScriptedGateway(script)
    for _ in range(3):
        Message.objects.filter(status="pending").update(next_attempt_at=now())
        drain(conninfo, gateway, retry_base_seconds=100)
    message.refresh_from_db()
    assert gateway.asked == [message.id] * 3
    assert (message.status, message.attempts, Attempt.objects.count()) == ("sent", 3, 2)


def test_a_drain_sends_what_it_released_because_its_claim_had_grown_old(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 2)

    async def script(request: Request) -> Response:
        if request.message_id == messages[0].id:
            time.sleep(1)  # noqa: ASYNC251 (the machine is busy: nothing else goes on)
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=2, record_interval_seconds=0.3)
    assert gateway.asked == [message.id for message in messages]


def test_a_refused_message_fails_and_the_other_messages_are_sent(conninfo: str) -> None:
    refused, *_ = make_messages(make_running_mailing(), 5)

    async def script(request: Request) -> Response:
        return Response(400, b"bad phone") if request.message_id == refused.id else TAKEN

    drain(conninfo, ScriptedGateway(script))
    refused.refresh_from_db()
    assert (refused.status, refused.why, statuses()) == ("failed", http_status(400), {"sent": 4, "failed": 1})


def test_a_timeout_ends_a_message_as_unknown_in_a_mailing_that_gives_up(conninfo: str) -> None:
    make_message(make_running_mailing(on_unknown="give_up"))
    drain(conninfo, ScriptedGateway(always(NoResponse(Why(Reason.RESPONSE_TIMEOUT), maybe_taken=True))))
    assert statuses() == {"unknown": 1}


@pytest.mark.parametrize(("on_unknown", "says_so"), [("give_up", True), ("send_again", False)])
def test_a_message_that_may_end_as_unknown_is_marked_as_attempted_before_its_request(
    conninfo: str, on_unknown: str, says_so: bool
) -> None:
    make_messages(make_running_mailing(on_unknown=on_unknown), 20)
    seen: list[bool] = []

    async def script(request: Request) -> Response:
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            query = "SELECT gateway_id IS NOT NULL FROM mailings_message WHERE id = %s"
            seen.append(bool(await (await other.execute(query, [request.message_id])).fetchone() == (True,)))
        return TAKEN

    drain(conninfo, ScriptedGateway(script), max_concurrency=4)
    assert seen == [says_so] * 20
    assert statuses() == {"sent": 20}


def test_every_attempt_of_a_dead_gateway_is_listed(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)
    drain(
        conninfo,
        ScriptedGateway(always(NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False))),
        retry_base_seconds=100,
    )
    assert list(Attempt.objects.values_list("outcome", "reason")) == [("retry", "connection_refused")] * 3
    assert Batch.objects.count() == 0


def test_an_outcome_during_a_write_is_recorded_before_the_drain_ends(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_messages(make_running_mailing(), 2)
    recording = asyncio.Event()
    write = write_outcomes.write

    async def slow_write(database: Database, outcomes: OutcomeBuffer, **more: Any) -> None:
        recording.set()
        await asyncio.sleep(0.3)
        await write(database, outcomes, **more)

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 2:
            await recording.wait()
        return TAKEN

    monkeypatch.setattr(record_module, "write", slow_write)
    gateway = ScriptedGateway(script)
    drain(conninfo, gateway)
    assert statuses() == {"sent": 2}


def test_an_outcome_that_could_not_be_recorded_is_recorded_with_the_next_outcomes(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)

    async def twice(dispatcher: Dispatcher) -> None:
        with messages_must_have(conninfo, "status <> 'sent'"):
            await dispatcher.drain()
        await dispatcher.drain()

    gateway = ScriptedGateway()
    drain(conninfo, gateway, twice)
    assert (len(gateway.requests), statuses()) == (3, {"sent": 3})


def test_a_worker_claims_no_more_while_outcomes_cannot_be_recorded(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_messages(make_running_mailing(), 30)
    monkeypatch.setattr(claim_rounds, "MAX_UNRECORDED", 1)
    gateway = ScriptedGateway()

    async def for_a_while(dispatcher: Dispatcher) -> None:
        asyncio.get_running_loop().call_later(0.5, dispatcher.stop)
        await dispatcher.drain()

    with messages_must_have(conninfo, "status <> 'sent'"):
        drain(conninfo, gateway, for_a_while, max_concurrency=2)
    assert len(gateway.requests) <= 4


def test_a_lost_database_connection_loses_no_outcome(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database_module, "RECONNECT_SECONDS", 0.01)
    make_messages(make_running_mailing(), 50)

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 10:
            await execute(
                conninfo,
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE application_name = 'notification_service worker' AND datname = current_database()",
            )
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=2)
    end_leases()  # of a claim whose answer was lost
    rescue_all()
    drain(conninfo, gateway)
    assert (len(gateway.requests), statuses()) == (50, {"sent": 50})


# troubles of our own


def test_an_exception_in_a_send_neither_loses_nor_blocks_other_messages(conninfo: str) -> None:
    broken, *_ = make_messages(make_running_mailing(), 20)

    async def script(request: Request) -> Response:
        if request.message_id == broken.id:
            raise RuntimeError("a bug")
        return TAKEN

    drain(conninfo, ScriptedGateway(script), max_concurrency=2)
    assert statuses() == {"sent": 19, "pending": 1}
    assert set(Attempt.objects.values_list("message", "reason")) == {(broken.id, "internal_error")}


def test_a_failed_claim_leaves_no_outcome_unrecorded(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    make_messages(make_running_mailing(), 2)
    take_due = claim_module.take_due

    async def claim_once(
        database: Database, config: DeliveryConfig, limit: int, **which: Any
    ) -> list[Claimed]:
        if claimed := await take_due(database, config, limit, **which):
            return claimed
        raise ValueError("out of sorts")

    async def slowly(request: Request) -> Response:
        await asyncio.sleep(0.3)
        return TAKEN

    async def broken_then_whole(dispatcher: Dispatcher) -> None:
        monkeypatch.setattr(claim_module, "take_due", claim_once)
        with pytest.raises(ValueError, match="out of sorts"):
            await dispatcher.drain()
        monkeypatch.setattr(claim_module, "take_due", take_due)
        await dispatcher.drain()

    drain(conninfo, ScriptedGateway(slowly), broken_then_whole)
    assert (statuses(), Batch.objects.count()) == ({"sent": 2}, 0)


# obstacles


def test_a_closed_window_puts_a_message_off_to_its_opening_without_charge(conninfo: str) -> None:
    mailing = make_running_mailing(**hours_from_now(2, 4))
    message = make_message(mailing, make_client(timezone="UTC"))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    message.refresh_from_db()
    assert mailing.window_from is not None
    opening = datetime.combine(now() + timedelta(hours=2), mailing.window_from, tzinfo=now().tzinfo)
    assert (gateway.asked, message.status, message.attempts) == ([], "pending", 0)
    assert message.next_attempt_at == opening


def test_a_drain_sends_only_to_zones_where_the_window_is_open(conninfo: str) -> None:
    mailing = make_running_mailing(**hours_from_now(-1, 1))
    here = make_message(mailing, make_client(timezone="UTC"))
    make_message(mailing, make_client(timezone="Asia/Tokyo"))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert gateway.asked == [here.id]


def test_a_retry_after_the_window_waits_for_the_next_opening(conninfo: str) -> None:
    mailing = make_running_mailing(end_at=now() + timedelta(days=3), **hours_from_now(-1, 1))
    message = make_message(mailing, make_client(timezone="UTC"))
    drain(conninfo, ScriptedGateway(always(Response(429, b"", "7200"))))
    message.refresh_from_db()
    assert mailing.window_from is not None
    assert message.next_attempt_at is not None
    assert message.next_attempt_at.time() == mailing.window_from


def test_a_retry_follows_a_client_who_moved_during_its_attempt(conninfo: str) -> None:
    mailing = make_running_mailing(end_at=now() + timedelta(days=3), **hours_from_now(-1, 1))
    client = make_client(timezone="UTC")
    message = make_message(mailing, client)

    async def script(request: Request) -> Response:
        move = f"UPDATE directory_client SET timezone = 'Asia/Tokyo' WHERE id = {client.pk}"
        await execute(conninfo, move)
        return Response(429, b"", "7200")

    drain(conninfo, ScriptedGateway(script))
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    assert abs(message.next_attempt_at - now() - timedelta(hours=2)) < timedelta(minutes=1)


def test_a_closed_window_puts_off_no_client_who_moved_since_the_claim(conninfo: str) -> None:
    mailing = make_running_mailing(**hours_from_now(-1, 1))
    message = make_message(mailing, make_client(timezone="Asia/Tokyo"))
    [claimed] = claim(conninfo)
    Client.objects.update(timezone="UTC")
    record_not_sent(conninfo, released(claimed, until=now() + timedelta(hours=14)))
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    assert message.next_attempt_at <= now()


CHANGE_HOURS = """
UPDATE mailings_mailing SET window_from = NULL, window_to = NULL, hours_version = hours_version + 1
"""


def test_a_retry_of_a_mailing_paused_meanwhile_ignores_the_old_window(conninfo: str) -> None:
    message = make_message(make_running_mailing(**hours_from_now(-1, 1)), make_client(timezone="UTC"))

    async def script(request: Request) -> Response:
        await execute(conninfo, f"{CHANGE_HOURS}, status = 'paused'")
        await gateway.next_sync()
        return Response(429, b"", "7200")

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway)
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    assert message.next_attempt_at - now() <= timedelta(hours=2)


def test_a_retry_follows_a_window_that_changed_during_its_attempt(conninfo: str) -> None:
    message = make_message(make_running_mailing(**hours_from_now(-1, 1)), make_client(timezone="UTC"))

    async def script(request: Request) -> Response:
        await execute(conninfo, CHANGE_HOURS)
        await gateway.next_sync()
        return Response(429, b"", "7200")

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway)
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    assert message.next_attempt_at - now() <= timedelta(hours=2)


@pytest.mark.parametrize("change", ["status = 'paused'", "status = 'cancelled', deleted_at = now()"])
def test_the_claimed_messages_of_a_stopped_mailing_are_released(conninfo: str, change: str) -> None:
    make_messages(make_running_mailing(), 30)

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 1:
            await execute(conninfo, f"UPDATE mailings_mailing SET {change}")
            await gateway.next_sync()
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=1)
    assert statuses() == {"sent": 1, "pending": 29}
    assert set(Message.objects.filter(status="pending").values_list("attempts", flat=True)) == {0}


def test_a_changed_text_applies_to_unsent_messages(conninfo: str) -> None:
    make_messages(make_running_mailing(text="old"), 30)

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 1:
            await execute(conninfo, "UPDATE mailings_mailing SET text = 'new'")
            await gateway.next_sync()
        return TAKEN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=1)
    assert Counter(request.text for request in gateway.requests) == {"old": 1, "new": 29}


def test_no_request_starts_at_the_deadline(conninfo: str) -> None:
    make_messages(make_running_mailing(), 100)
    end_at = now() + timedelta(seconds=1)
    Mailing.objects.update(end_at=end_at)

    async def slowly(request: Request) -> Response:
        await asyncio.sleep(0.05)
        return TAKEN

    gateway = ScriptedGateway(slowly)
    drain(conninfo, gateway, max_concurrency=1, deadline_guard_seconds=0.2)
    assert max(request.at for request in gateway.requests) < end_at.timestamp() - 0.19
    assert statuses() == {"sent": len(gateway.requests), "pending": 100 - len(gateway.requests)}


def test_no_request_starts_when_its_lease_is_nearly_over(conninfo: str) -> None:
    make_message(next_attempt_at=now() + timedelta(hours=1))
    left: list[float] = []

    async def script(request: Request) -> Response:
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            lease = await other.execute(
                "SELECT extract(epoch FROM lease_expires_at - clock_timestamp())::float8 FROM mailings_batch"
                " WHERE id = (SELECT batch_id FROM mailings_message)"
            )
            left.extend(await lease.fetchone() or [])
        return TAKEN

    async def claim_behind_a_lock(dispatcher: Dispatcher) -> None:
        await dispatcher.drain()  # the first claim prepares the statement, in a transaction of its own
        await execute(conninfo, "UPDATE mailings_message SET next_attempt_at = now()")
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            await other.execute("LOCK TABLE mailings_batch IN EXCLUSIVE MODE")
            draining = asyncio.create_task(dispatcher.drain())
            await asyncio.sleep(1.5)
        await draining
        await dispatcher.drain()

    # Of a lease of 2 s the first 0.5 s are for requests to start, for each may take 1 s.
    drain(
        conninfo,
        ScriptedGateway(script),
        claim_behind_a_lock,
        lease_seconds=2,
        request_timeout_seconds=1,
    )
    assert len(left) == 1
    assert left[0] > 1.2


# a gateway that does not let us in


def make_probe_due() -> None:
    Gateway.objects.update(probe_at=now() - timedelta(seconds=1))


def test_a_rejected_token_holds_the_gateway_and_charges_no_attempt(conninfo: str) -> None:
    make_messages(make_running_mailing(), 30)
    gateway = ScriptedGateway(always(NOT_LET_IN))
    drain(conninfo, gateway, max_concurrency=2)
    assert len(gateway.requests) <= 2
    assert (statuses(), set(Message.objects.values_list("attempts", flat=True))) == ({"pending": 30}, {0})
    assert Gateway.objects.get().held_why == http_status(401)


def test_the_claimed_messages_of_a_held_gateway_are_released(conninfo: str) -> None:
    make_clients_in_bulk(2000)
    make_messages_in_bulk(make_running_mailing())

    async def script(request: Request) -> Response:
        return TAKEN if len(gateway.requests) <= 1000 else NOT_LET_IN

    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, max_concurrency=1)
    assert len(gateway.requests) == 1001
    assert statuses() == {"sent": 1000, "pending": 1000}


def test_a_held_gateway_gets_no_request_until_the_probe(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)
    Gateway.objects.update(held_at=now(), probe_at=now() + timedelta(minutes=1))
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert (gateway.asked, statuses()) == ([], {"pending": 3})


def test_a_probe_is_one_message(conninfo: str) -> None:
    for _ in range(3):
        make_messages(make_running_mailing(), 3)
    Gateway.objects.update(held_at=now(), probe_at=now())
    gateway = ScriptedGateway(always(NOT_LET_IN))
    drain(conninfo, gateway)
    assert (len(gateway.requests), statuses()) == (1, {"pending": 9})
    assert Gateway.objects.get().held_at is not None


def test_an_accepted_probe_releases_the_gateway_and_the_other_messages_follow(conninfo: str) -> None:
    make_messages(make_running_mailing(), 20)
    Gateway.objects.update(held_at=now(), **held_for(http_status(401)), probe_at=now())
    gateway = ScriptedGateway()
    drain(conninfo, gateway)
    assert (len(gateway.requests), statuses()) == (20, {"sent": 20})
    assert Gateway.objects.get().held_at is None


def test_a_probe_refused_for_its_message_releases_the_gateway(conninfo: str) -> None:
    make_message()
    Gateway.objects.update(held_at=now(), probe_at=now())
    drain(conninfo, ScriptedGateway(always(Response(400, b""))))
    assert (Gateway.objects.get().held_at, statuses()) == (None, {"failed": 1})


def test_a_probe_without_a_response_keeps_the_gateway_held(conninfo: str) -> None:
    make_messages(make_running_mailing(), 5)
    Gateway.objects.update(held_at=now(), probe_at=now())
    gateway = ScriptedGateway(always(NoResponse(Why(Reason.CONNECTION_REFUSED), maybe_taken=False)))
    drain(conninfo, gateway)
    assert len(gateway.requests) == 1
    assert Gateway.objects.get().held_at is not None


def test_sending_continues_by_itself_after_a_hold(conninfo: str) -> None:
    make_messages(make_running_mailing(), 10)
    gateway = ScriptedGateway(always(NOT_LET_IN))
    drain(conninfo, gateway)
    make_probe_due()
    drain(conninfo, ScriptedGateway())
    assert statuses() == {"sent": 10}


# stop


def test_a_stop_leaves_every_message_released_or_recorded(conninfo: str) -> None:
    make_messages(make_running_mailing(), 100)

    async def stop_during_the_fifth(dispatcher: Dispatcher) -> None:
        stop.append(dispatcher)
        await dispatcher.drain()

    async def script(request: Request) -> Response:
        if len(gateway.requests) == 5:
            stop[0].stop()
        await asyncio.sleep(0.05)
        return TAKEN

    stop: list[Dispatcher] = []
    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, stop_during_the_fifth, max_concurrency=1)
    assert (statuses(), Batch.objects.count()) == ({"sent": 5, "pending": 95}, 0)


def test_a_stopped_dispatcher_claims_nothing(conninfo: str) -> None:
    make_message()
    gateway = ScriptedGateway()

    async def stopped(dispatcher: Dispatcher) -> None:
        dispatcher.stop()
        await dispatcher.drain()

    drain(conninfo, gateway, stopped)
    assert (gateway.asked, statuses()) == ([], {"pending": 1})


# memory


def test_a_worker_forgets_ended_mailings(conninfo: str) -> None:
    ended = make_running_mailing()
    make_message(ended)

    async def script(request: Request) -> Response:
        await execute(conninfo, "UPDATE mailings_mailing SET status = 'finished'")
        await gateway.next_sync()
        known.append(list(dispatchers[0].lane.shared.terms))
        return TAKEN

    async def remembered(dispatcher: Dispatcher) -> None:
        dispatchers.append(dispatcher)
        await dispatcher.drain()

    known: list[list[int]] = []
    dispatchers: list[Dispatcher] = []
    gateway = ScriptedGateway(script)
    drain(conninfo, gateway, remembered)
    assert known == [[]]


def test_a_small_mailing_is_sent_beside_a_large_mailing(conninfo: str) -> None:
    make_messages(make_running_mailing(), 300)
    small = make_running_mailing()
    make_messages(small, 3)

    async def slowly(request: Request) -> Response:
        await asyncio.sleep(0.001)
        return TAKEN

    gateway = ScriptedGateway(slowly)
    drain(conninfo, gateway, max_concurrency=4)
    mailing_of = dict(Message.objects.values_list("id", "mailing_id"))
    turns = [mailing_of[request.message_id] for request in gateway.requests]
    assert turns.index(small.id) < 10
    assert Mailing.objects.count() == 2


# called


def test_a_lane_that_waits_for_a_response_sends_what_it_is_called_for(
    conninfo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(claim_rounds, "IDLE_CLAIM_SECONDS", 3600)
    mailing = make_running_mailing()
    second, first = make_message(mailing, next_attempt_at=now() + timedelta(hours=1)), make_message(mailing)

    async def job(dispatcher: Dispatcher) -> None:
        is_second_asked = asyncio.Event()

        async def script(request: Request) -> Response:
            if request.message_id == second.id:
                is_second_asked.set()
                return TAKEN
            await execute(
                conninfo, "UPDATE mailings_message SET next_attempt_at = now() WHERE status = 'pending'"
            )
            dispatcher.call()
            await is_second_asked.wait()
            return TAKEN

        gateway._script = script
        await dispatcher.drain()

    gateway = ScriptedGateway()
    drain(conninfo, gateway, job)
    assert gateway.asked == sorted([first.id, second.id])


def test_the_last_response_ends_a_drain(conninfo: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_rounds, "IDLE_CLAIM_SECONDS", 3600)
    make_message()

    async def script(request: Request) -> Response:
        await asyncio.sleep(0.2)  # a gateway that takes its time: by then the lane has found nothing more
        return TAKEN

    drain(conninfo, ScriptedGateway(script))
    assert statuses() == {"sent": 1}


def test_a_call_after_the_last_claim_is_remembered(conninfo: str) -> None:
    async def job(dispatcher: Dispatcher) -> None:
        await dispatcher.drain()
        dispatcher.call()
        assert dispatcher.is_called
        await dispatcher.drain()
        assert not dispatcher.is_called

    drain(conninfo, ScriptedGateway(), job)
