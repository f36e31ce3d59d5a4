"""A gateway that resets connections as they are used again: what it may have read is in doubt, not more."""

import asyncio
from dataclasses import replace

import pytest

from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateways import GatewayAdapter, make_gateway
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings import models
from tests.delivery.gateways.wire import endpoint, read_request
from tests.delivery.scripted_gateway import Request, ScriptedGateway, drain
from tests.delivery.wire.server import GOOD, reset, serving
from tests.factories import make_messages, make_running_mailing


async def answer_once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await read_request(reader)
    writer.write(GOOD)
    await writer.drain()
    await read_request(reader)
    reset(writer)


@pytest.mark.parametrize("on_unknown", ["give_up", "send_again"])
def test_one_message_finds_out_that_a_gateway_resets_each_connection_that_is_used_again(
    conninfo: str, on_unknown: str
) -> None:
    make_messages(make_running_mailing(on_unknown=on_unknown), 200)
    served: list[GatewayAdapter] = []

    async def forward(request: Request) -> Response | NoResponse:
        return await served[0].send(
            message_id=request.message_id,
            phone=request.phone,
            text=request.text,
            may_start=request.may_start,
        )

    async def job(dispatcher: Dispatcher) -> None:
        async with serving(answer_once) as server:
            address = replace(endpoint(server.port), connect_timeout_seconds=9, request_timeout_seconds=9)
            served.append(make_gateway("probe_server", address))
            await dispatcher.drain()
            await served[0].close()

    drain(conninfo, ScriptedGateway(forward), job, retry_base_seconds=1e7, retry_cap_seconds=1e7)
    messages = models.Message.objects
    assert messages.filter(status="sent").count() == 199
    left = messages.exclude(status="sent").get()
    assert (left.status, left.attempts) == ("unknown" if on_unknown == "give_up" else "pending", 1)
    assert models.Gateway.objects.get().breaker == "closed"
