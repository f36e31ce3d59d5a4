"""A gateway that is slow to connect to: what was allowed before may not be once there is a connection."""

import asyncio
from datetime import timedelta

import pytest

from notification_service.delivery.claim import FRESH_SECONDS
from notification_service.delivery.gateways import KINDS, make_gateway
from notification_service.delivery.outcome import TOO_LATE, NoResponse, Response
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.models import Attempt, Gateway, Message
from tests.delivery.gateways.wire import configured, endpoint, read_request
from tests.delivery.scripted_gateway import TAKEN, Request, ScriptedGateway, drain
from tests.delivery.test_dispatcher import execute, hours_from_now
from tests.delivery.wire.conftest import Run, run
from tests.delivery.wire.server import GOOD, serving
from tests.factories import make_client, make_message, make_running_mailing, now

__all__ = ["run"]


@pytest.mark.parametrize(
    "change",
    [
        "status = 'paused'",
        "end_at = now()",
        "window_from = window_to, window_to = window_from",
        "status = 'cancelled', deleted_at = now()",
    ],
    ids=["a pause", "the deadline", "the end of the hours", "a deletion"],
)
@pytest.mark.parametrize("on_unknown", ["send_again", "give_up"])
def test_no_request_starts_after_what_forbids_it_came_while_it_was_connecting(
    conninfo: str, change: str, on_unknown: str
) -> None:
    end_at = now() + timedelta(days=3)
    mailing = make_running_mailing(on_unknown=on_unknown, end_at=end_at, **hours_from_now(-1, 1))
    message = make_message(mailing, make_client(timezone="UTC"))
    connected: list[bool] = []

    async def connect_slowly(request: Request) -> Response | NoResponse:
        await execute(conninfo, f"UPDATE mailings_mailing SET {change}")
        await gateway.next_sync()
        connected.append(request.may_start())
        return TAKEN if connected[-1] else TOO_LATE

    gateway = ScriptedGateway(connect_slowly)
    drain(conninfo, gateway)
    message.refresh_from_db()
    assert connected == [False]
    assert (message.status, message.attempts, message.gateway_id) == ("pending", 0, None)
    assert (Attempt.objects.count(), Gateway.objects.get().breaker) == (0, "closed")


def test_a_gateway_that_connects_slower_than_claims_grow_old_is_sent_to(conninfo: str) -> None:
    make_message(make_running_mailing())

    async def connect_slowly(request: Request) -> Response | NoResponse:
        old_at = steady_seconds() + FRESH_SECONDS
        while steady_seconds() < old_at:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        return TAKEN if request.may_start() else TOO_LATE

    drain(conninfo, ScriptedGateway(connect_slowly))
    assert Message.objects.get().status == "sent"


@pytest.mark.parametrize("kind", KINDS)
def test_a_connection_that_came_too_late_for_its_request_is_the_next_one_s(run: Run, kind: str) -> None:
    heads: list[bytes] = []

    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head, _ = await read_request(reader)
            heads.append(head)
            writer.write(GOOD)

    async def main() -> tuple[list[Response | NoResponse], int]:
        async with serving(behave) as server:
            gateway = make_gateway(kind, configured(kind, endpoint(server.port)))
            phone = "79161234567"
            late = await gateway.send(message_id=1, phone=phone, text="Hi", may_start=lambda: False)
            next_one = await gateway.send(message_id=2, phone=phone, text="Hi")
            await gateway.close()
            return [late, next_one], server.connections

    [late, next_one], connections = run(main())
    assert late is TOO_LATE
    assert isinstance(next_one, Response)
    assert (len(heads), connections) == (1, 1)
