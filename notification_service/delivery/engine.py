"""One event loop, and on it a dispatcher for each gateway; they live as long as the worker process."""

import asyncio
import gc
import os
import socket
import threading
from dataclasses import dataclass

import structlog
import uvloop

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateway_list import GatewayDirectory, KnownGateway
from notification_service.delivery.gateways import Gateway, make_gateway
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.metered import MeteredQueue
from notification_service.delivery.meters import Meters

LOOK_SECONDS = 0.1  # between looks whether another thread wants something sent

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Lane:
    """All that sending to one gateway takes; apart from other gateways' but for the loop."""

    known: KnownGateway
    gateway: Gateway
    claims: MessageQueue
    records: MessageQueue
    dispatcher: Dispatcher

    async def close(self) -> None:
        await self.claims.close()
        await self.records.close()
        await self.gateway.close()


class Engine:
    """Sends for whichever task thread wakes it; one at a time."""

    def __init__(self, config: DeliveryConfig, *, conninfo: str) -> None:
        self._conninfo = conninfo
        self._worker = f"{socket.gethostname()}:{os.getpid()}"[-100:]
        self._directory = GatewayDirectory(config)
        self._running = threading.Lock()
        self._is_wanted = threading.Event()
        self._loop = uvloop.new_event_loop()
        self._lanes: dict[int, Lane] = {}
        self._draining: dict[int, asyncio.Task[None]] = {}
        self._stopping = False
        # What a claim brings lives for a moment and has no cycles: looking for some took a tenth of the time.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    def send_due(self) -> None:
        """Send until nothing is due. While another thread does, it is asked to look once more."""
        self._directory.refresh()
        self._is_wanted.set()
        while self._is_wanted.is_set() and self._running.acquire(blocking=False):
            try:
                self._loop.run_until_complete(self._drain_lanes())
            finally:
                self._running.release()

    def stop(self) -> None:
        """Have `send_due` return once what is under way is recorded."""
        self._stopping = True
        for lane in list(self._lanes.values()):
            lane.dispatcher.stop()

    async def _drain_lanes(self) -> None:
        """A lane that has nothing to send rests until the next call, however long the others go on."""
        while self._is_wanted.is_set() or self._draining:
            if self._is_wanted.is_set():
                self._is_wanted.clear()
                await self._follow_directory()
                self._start_draining()
            if self._draining:
                await asyncio.wait(
                    self._draining.values(), timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED
                )
            self._note_ends()

    async def _follow_directory(self) -> None:
        """Have a lane for each gateway as it is known now; one that still sends ends first."""
        known = {gateway.id: gateway for gateway in self._directory.gateways}
        for gateway_id, lane in list(self._lanes.items()):
            if known.get(gateway_id) != lane.known:
                lane.dispatcher.stop()
                if gateway_id not in self._draining:
                    await lane.close()
                    del self._lanes[gateway_id]
        for gateway_id in known.keys() - self._lanes.keys():
            try:
                self._lanes[gateway_id] = self._make_lane(known[gateway_id])
            except ValueError as error:  # a token that no header can carry
                log.error("gateway unusable", gateway=known[gateway_id].name, reason=str(error))

    def _start_draining(self) -> None:
        for gateway_id, lane in self._lanes.items():
            if gateway_id not in self._draining and not self._stopping:
                self._draining[gateway_id] = asyncio.create_task(lane.dispatcher.drain())

    def _note_ends(self) -> None:
        for gateway_id, task in list(self._draining.items()):
            if task.done():
                del self._draining[gateway_id]
                if error := task.exception():
                    log.error("sending broke off", gateway_id=gateway_id, exc_info=error)

    def _make_lane(self, known: KnownGateway) -> Lane:
        meters = Meters(known.name)
        place = {"claimed_by": self._worker, "gateway_id": known.id}
        queues = [MeteredQueue(self._conninfo, known.config, meters=meters, **place) for _ in range(2)]
        gateway = make_gateway(known.kind, known.endpoint)
        dispatcher = Dispatcher(
            known.config,
            gateway=gateway,
            claims=queues[0],
            records=queues[1],
            answered=meters.answered,
            gateway_name=known.name,
        )
        return Lane(known, gateway, queues[0], queues[1], dispatcher)
