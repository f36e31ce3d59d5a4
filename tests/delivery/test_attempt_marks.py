"""What a worker that dies leaves as `unknown`: requests under way, and few messages more."""

import asyncio
from collections import Counter
from typing import Any

import psycopg
import pytest

from notification_service.delivery.attempt_marks import AttemptMarks
from notification_service.delivery.claim import Claimer
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.rate import Permits
from notification_service.delivery.messages import Claimed, Released, Reply
from notification_service.delivery.outcome import TOO_LATE, NoResponse
from notification_service.delivery.send import Sender
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.models import Message
from tests.delivery.database import claim, end_leases, make_lane, open_database, rescue_all
from tests.delivery.scripted_gateway import Request, ScriptedGateway
from tests.delivery.test_dispatcher import execute, hours_from_now
from tests.factories import make_client, make_message, make_messages, make_running_mailing

AT_ONCE = 3
MARKED = "SELECT count(*) FROM mailings_message WHERE status = 'sending' AND gateway_id IS NOT NULL"
HOLD = "SELECT id FROM mailings_message WHERE id = %s FOR UPDATE"


async def marked(conninfo: str) -> int:
    async with await psycopg.AsyncConnection.connect(conninfo) as other:
        row = await (await other.execute(MARKED)).fetchone()
    assert row is not None
    return int(row[0])


async def claimed_in(lane: Lane) -> list[Claimed]:
    """Neither they nor what the worker knows grows too old, however busy the machine is."""
    await lane.shared.sync(under_way=0)
    messages = await Claimer(lane).claim(100)
    messages[0].batch.start_before += 100
    lane.shared._synced_at += 100
    return messages


async def send_all(lane: Lane, messages: list[Claimed]) -> list[Any]:
    """As a worker's tasks do, so many at once, while nothing is recorded."""
    sender, waiting = Sender(lane), iter(messages)

    async def one_after_the_other() -> list[Any]:
        return [await sender.send(message, now=steady_seconds()) for message in waiting]

    sent = await asyncio.gather(*(one_after_the_other() for _ in range(AT_ONCE)))
    return [each for some in sent for each in some]


def make_give_up_messages(count: int) -> list[Message]:
    return make_messages(make_running_mailing(on_unknown="give_up"), count)


@pytest.mark.parametrize(
    ("hours", "text", "change"),
    [
        ({}, "Hi", "status = 'paused'"),
        ({}, "Hi", "end_at = now()"),
        (hours_from_now(1, 2), "Hi", "id = id"),
        ({}, "Hi {{name}}", "id = id"),
    ],
    ids=["paused", "past its end", "outside of its hours", "without a value"],
)
def test_a_message_that_may_not_be_requested_is_not_marked(
    conninfo: str, hours: dict[str, Any], text: str, change: str
) -> None:
    mailing = make_running_mailing(on_unknown="give_up", text=text, **hours)
    make_message(mailing, make_client(timezone="UTC"))

    async def run() -> int:
        lane = make_lane(conninfo, gateway := ScriptedGateway())
        messages = await claimed_in(lane)
        await execute(conninfo, f"UPDATE mailings_mailing SET {change}")
        await lane.shared.sync(under_way=0)
        await send_all(lane, messages)
        assert gateway.asked == []
        await lane.close()
        return await marked(conninfo)

    assert asyncio.run(run()) == 0


def test_messages_whose_claim_has_grown_too_old_are_not_marked(conninfo: str) -> None:
    make_give_up_messages(10)

    async def run() -> int:
        lane = make_lane(conninfo, gateway := ScriptedGateway())
        messages = await claimed_in(lane)
        messages[0].batch.start_before = steady_seconds()
        assert {type(each) for each in await send_all(lane, messages)} == {Released}
        assert gateway.asked == []
        await lane.close()
        return await marked(conninfo)

    assert asyncio.run(run()) == 0


def test_no_more_are_marked_in_vain_than_may_be_requested_at_once(conninfo: str) -> None:
    """Each connection takes so long that its message may not be requested any more."""
    make_give_up_messages(20)
    seen: list[int] = []

    async def too_late(request: Request) -> NoResponse:
        seen.append(await marked(conninfo))
        return TOO_LATE

    async def run() -> None:
        lane = make_lane(conninfo, ScriptedGateway(too_late))
        await send_all(lane, await claimed_in(lane))
        await lane.close()

    asyncio.run(run())
    assert len(seen) == 20
    assert max(seen) <= AT_ONCE
    end_leases()
    rescue_all()
    ends = Counter(Message.objects.values_list("status", flat=True))
    assert ends["unknown"] <= AT_ONCE
    assert ends["pending"] == 20 - ends["unknown"]


def test_a_claim_that_grows_too_old_while_marks_are_written_leaves_few_of_them(conninfo: str) -> None:
    messages = make_give_up_messages(4)

    async def run() -> int:
        lane = make_lane(conninfo, gateway := ScriptedGateway())
        claimed = await claimed_in(lane)
        sender = Sender(lane)
        for message in claimed:
            async with await psycopg.AsyncConnection.connect(conninfo) as other:
                await other.execute(HOLD, [message.id])
                message.batch.start_before = steady_seconds() + 100
                sending = asyncio.create_task(sender.send(message, now=steady_seconds()))
                await is_waiting(conninfo)
                message.batch.start_before = steady_seconds()
            assert isinstance(await sending, Released)
        assert gateway.asked == []
        await lane.close()
        return await marked(conninfo)

    assert asyncio.run(run()) == 1
    assert len(messages) == 4


async def is_waiting(conninfo: str) -> None:
    """Return once a statement waits for a lock that the test holds."""
    query = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    async with await psycopg.AsyncConnection.connect(conninfo, autocommit=True) as other:
        while await (await other.execute(query)).fetchone() == (0,):  # noqa: ASYNC110
            await asyncio.sleep(0.005)


def test_marks_in_vain_go_before_others_come_whatever_their_partitions(conninfo: str) -> None:
    first, second = (
        make_message(make_running_mailing(on_unknown="give_up", partition=number), partition=number)
        for number in (0, 3)
    )
    claimed = {message.id: message for message in claim(conninfo)}

    async def run() -> None:
        async with open_database(conninfo) as marking, open_database(conninfo) as recording:
            marks = AttemptMarks(marking=marking, recording=recording)
            await marks.mark(claimed[first.id])
            marks.take_back(claimed[first.id])
            await marks.mark(claimed[second.id])

    asyncio.run(run())
    assert list(Message.objects.exclude(gateway=None).values_list("pk", flat=True)) == [second.id]


def test_a_message_that_is_cancelled_while_it_waits_for_its_mark_stops_no_other(conninfo: str) -> None:
    make_give_up_messages(4)

    async def run() -> None:
        lane = make_lane(conninfo, gateway := ScriptedGateway())
        first, *others = await claimed_in(lane)
        sender = Sender(lane)
        async with await psycopg.AsyncConnection.connect(conninfo) as other:
            await other.execute(HOLD, [first.id])
            sent = [asyncio.create_task(sender.send(first, now=steady_seconds()))]
            await is_waiting(conninfo)
            sent += [asyncio.create_task(sender.send(each, now=steady_seconds())) for each in others[:2]]
            await asyncio.sleep(0)
            sent[1].cancel()
            await asyncio.wait([sent[1]])
        assert sent[1].cancelled()
        assert {type(await sent[0]), type(await sent[2])} == {Reply}
        assert isinstance(await sender.send(others[2], now=steady_seconds()), Reply)
        assert sorted(gateway.asked) == [first.id, others[1].id, others[2].id]
        await lane.close()

    asyncio.run(run())


def test_a_message_whose_mailing_goes_on_while_it_waits_is_not_requested_unmarked(conninfo: str) -> None:
    """Its mailing was paused, so that its terms were forgotten; another claim brings them again."""
    make_give_up_messages(2)

    async def run() -> None:
        lane = make_lane(conninfo, gateway := ScriptedGateway())
        [first, second] = await claimed_in(lane)
        terms = lane.shared.terms.pop(first.mailing_id)
        lane.shared.max_rate = 1.0  # there is no permit yet, so it waits for one
        sender = Sender(lane)
        sending = asyncio.create_task(sender.send(first, now=steady_seconds()))
        await asyncio.sleep(0)
        lane.shared.terms[first.mailing_id] = terms
        lane.permits.add(Permits(first_at=lane.shared.clock.time(), spacing=1.0, count=1))
        assert isinstance(await sending, Released)
        lane.shared.max_rate = None
        assert isinstance(await sender.send(second, now=steady_seconds()), Reply)
        assert gateway.asked == [second.id]
        await lane.close()

    asyncio.run(run())
