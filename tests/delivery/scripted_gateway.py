"""A gateway in memory that responds as its script says, and remembers what it was asked."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from notification_service.delivery import outcome
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateways import GatewayAdapter, probe_server
from notification_service.delivery.outcome import MayStart, NoResponse, Response, Verdict
from notification_service.delivery.shared_state import SharedState
from notification_service.delivery.steady import steady_seconds
from tests.delivery.database import make_lane

TAKEN = Response(200, b'{"code": 0, "message": "OK"}')


@dataclass(frozen=True, slots=True)
class Request:
    message_id: int
    phone: str
    text: str
    at: float  # seconds since the epoch
    traceparent: str = ""
    may_start: MayStart = outcome.always  # to ask once there is a connection


Script = Callable[[Request], Awaitable[Response | NoResponse]]


async def take(request: Request) -> Response:
    return TAKEN


def always(response: Response | NoResponse) -> Script:
    async def script(request: Request) -> Response | NoResponse:
        return response

    return script


class ScriptedGateway:
    names_messages = is_named_in_receipts = False

    def __init__(self, script: Script = take) -> None:
        self._script = script
        self.requests: list[Request] = []
        self._counting = threading.Lock()  # dispatchers on several threads may share it
        self.under_way = 0
        self.most_under_way = 0
        self.shared: SharedState | None = None  # of the dispatcher that drains into it

    async def next_sync(self) -> None:
        """Return once the worker has looked at what others changed before this call."""
        changed_at = steady_seconds()
        assert self.shared is not None
        while self.shared._synced_at <= changed_at:  # noqa: ASYNC110
            await asyncio.sleep(0.005)

    async def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = outcome.always,
    ) -> Response | NoResponse:
        request = Request(message_id, phone, text, time.time(), traceparent, may_start)
        self.requests.append(request)
        self._count(1)
        try:
            return await self._script(request)
        finally:
            self._count(-1)

    def _count(self, change: int) -> None:
        with self._counting:
            self.under_way += change
            self.most_under_way = max(self.most_under_way, self.under_way)

    def judge(self, response: Response) -> Verdict:
        return probe_server.judge(response)

    def provider_id(self, response: Response) -> str:
        return ""

    async def close(self) -> None:
        pass

    @property
    def asked(self) -> list[int]:
        return sorted(request.message_id for request in self.requests)


Job = Callable[[Dispatcher], Awaitable[None]]


async def _drain(dispatcher: Dispatcher) -> None:
    await dispatcher.drain()


def drain(
    conninfo: str,
    gateway: GatewayAdapter,
    job: Job = _drain,
    *,
    gateway_name: str = "main",
    worker: str = "worker",
    **knobs: Any,
) -> None:
    """Have a dispatcher of its own drain the queue into the gateway, or do another job."""

    async def run() -> None:
        knobs.setdefault("record_interval_seconds", 0.01)
        lane = make_lane(conninfo, gateway, gateway_name=gateway_name, worker=worker, **knobs)
        if isinstance(gateway, ScriptedGateway):
            gateway.shared = lane.shared
        try:
            await asyncio.wait_for(job(Dispatcher(lane)), 20)
        finally:
            await lane.close()

    asyncio.run(run())
