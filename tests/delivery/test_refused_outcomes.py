"""An outcome that PostgreSQL refuses keeps no other from being recorded; what can be is recorded of it."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.messages import Claimed, MailingTerms
from notification_service.delivery.outcome import NoResponse, Response, Retry
from notification_service.delivery.record import Recorder
from notification_service.delivery.steady import steady_seconds
from notification_service.delivery.write_apart import MOST_STATEMENTS, write_apart
from notification_service.mailings.models import Attempt, Batch, Message
from notification_service.mailings.reasons import Reason, Why
from tests.delivery.database import claim, end_leases, make_lane, messages_must_have, rescue_all
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, always, drain
from tests.delivery.test_dispatcher import execute
from tests.factories import make_messages, make_running_mailing
from tests.reasons import http_status

LATER: dict[str, Any] = {"retry_base_seconds": 1e7, "retry_cap_seconds": 1e7}


def statuses_but_for(message: Message) -> set[str]:
    return set(Message.objects.exclude(id=message.id).values_list("status", flat=True))


async def statuses_elsewhere(conninfo: str, message: Message) -> set[str]:
    async with await psycopg.AsyncConnection.connect(conninfo) as other:
        rows = await other.execute("SELECT status FROM mailings_message WHERE id <> %s", [message.id])
        return {status for (status,) in await rows.fetchall()}


def test_a_success_that_is_refused_waits_and_the_others_are_recorded(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 20)
    odd = messages[7]

    async def twice(dispatcher: Dispatcher) -> None:
        with messages_must_have(conninfo, f"id <> {odd.id} OR status <> 'sent'"):
            await dispatcher.drain()
            meanwhile.update(await statuses_elsewhere(conninfo, odd))
            assert dispatcher.held == 1
        await dispatcher.drain()

    meanwhile: set[str] = set()
    gateway = ScriptedGateway()
    drain(conninfo, gateway, twice)
    odd.refresh_from_db()
    assert (meanwhile, odd.status, len(gateway.requests)) == ({"sent"}, "sent", 20)


def test_an_outcome_that_is_refused_is_recorded_without_its_details(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 20)
    odd = messages[7]

    async def script(request: Request) -> Response:
        return Response(418 if request.message_id == odd.id else 400, b"no")

    with messages_must_have(conninfo, "reason_number IS DISTINCT FROM 418"):
        drain(conninfo, ScriptedGateway(script), **LATER)
    odd.refresh_from_db()
    assert statuses_but_for(odd) == {"failed"}
    assert (odd.status, odd.attempts, odd.why) == ("pending", 1, Why(Reason.INTERNAL_ERROR))
    [attempt] = Attempt.objects.filter(message=odd)
    assert (attempt.outcome, attempt.http_status, attempt.why) == ("retry", None, Why(Reason.INTERNAL_ERROR))
    assert Batch.objects.count() == 0


def test_a_message_of_which_nothing_can_be_recorded_is_left_to_its_lease(conninfo: str) -> None:
    messages = make_messages(make_running_mailing(), 20)
    odd = messages[7]
    with messages_must_have(conninfo, f"id <> {odd.id} OR status IN ('sending', 'sent')"):
        drain(conninfo, ScriptedGateway(always(Response(400, b"no"))))
    odd.refresh_from_db()
    assert (statuses_but_for(odd), odd.status) == ({"failed"}, "sending")
    end_leases()
    assert rescue_all() == 1


def test_a_mistake_in_a_statement_is_no_single_outcomes(conninfo: str) -> None:
    """All of them wait for it to be mended, and it is tried once at a time."""
    make_messages(make_running_mailing(), 20)

    async def without_the_column(dispatcher: Dispatcher) -> None:
        await execute(conninfo, "ALTER TABLE mailings_message RENAME sent_at TO sent_when")
        try:
            await dispatcher.drain()
        finally:
            await execute(conninfo, "ALTER TABLE mailings_message RENAME sent_when TO sent_at")
        assert dispatcher.held == 20
        await dispatcher.drain()

    with structlog.testing.capture_logs() as logs:
        drain(conninfo, ScriptedGateway(), without_the_column)
    assert set(Message.objects.values_list("status", flat=True)) == {"sent"}
    assert {entry["event"] for entry in logs if entry["log_level"] == "error"} == {"recording failed"}


def test_an_outcome_that_cannot_be_worked_out_is_recorded_without_its_details(conninfo: str) -> None:
    make_messages(make_running_mailing(), 1)
    [claimed] = claim(conninfo)

    async def record(message: Claimed) -> None:
        lane = make_lane(conninfo, ScriptedGateway(always(TAKEN)))
        recorder = Recorder(lane)
        hours: Any = ("not hours",)
        lane.shared.terms[message.mailing_id] = MailingTerms("", datetime.now(UTC), hours, False, True)
        soon = Retry(datetime.now(UTC), http_status(503))
        broke = NoResponse(Why(Reason.CONNECTION_BROKE), maybe_taken=True)
        recorder.add(message, soon, broke, at=steady_seconds())
        await recorder.flush()
        await lane.records.close()

    asyncio.run(record(claimed))
    message = Message.objects.get()
    assert (message.status, message.attempts, message.why) == ("pending", 1, Why(Reason.INTERNAL_ERROR))


@given(st.integers(1, 3000), st.sets(st.integers(0, 2999), max_size=2))
def test_all_rows_but_those_that_are_refused_are_written(count: int, bad: set[int]) -> None:
    written: list[int] = []
    statements = 0

    async def write(rows: list[int]) -> None:
        nonlocal statements
        statements += 1
        if bad & set(rows):
            raise ValueError("refused")
        written.extend(rows)

    refused, untried = asyncio.run(write_apart(list(range(count)), write))
    expected = {row for row in bad if row < count}
    assert {row for row, _ in refused} == expected
    assert (sorted(written), untried) == (sorted(set(range(count)) - expected), [])
    assert statements <= MOST_STATEMENTS


def test_where_every_row_is_refused_few_statements_are_tried() -> None:
    tried: list[int] = []

    async def write(rows: list[int]) -> None:
        tried.append(len(rows))
        raise ValueError("refused")

    refused, untried = asyncio.run(write_apart(list(range(1000)), write))
    assert len(tried) == MOST_STATEMENTS
    assert len(refused) + len(untried) == 1000


@pytest.mark.parametrize("count", [0, 1])
def test_a_single_row_is_tried_once(count: int) -> None:
    tried: list[list[int]] = []

    async def write(rows: list[int]) -> None:
        tried.append(rows)

    assert asyncio.run(write_apart(list(range(count)), write)) == ([], [])
    assert len(tried) == count
