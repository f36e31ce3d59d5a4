"""One event loop, with a dispatcher for each gateway; they live as long as the worker process."""

import asyncio
import gc
import threading

import structlog
import uvloop

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateway_list import GatewayList, ListedGateway
from notification_service.delivery.gateways import make_gateway
from notification_service.delivery.lane import Lane
from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.heartbeats import worker_name

log = structlog.get_logger(__name__)


class Engine:
    """Sends for the task thread that wakes it, for one at a time."""

    def __init__(self, config: DeliveryConfig, *, conninfo: str) -> None:
        self._conninfo = conninfo
        self._worker = worker_name()
        self._list = GatewayList(config, worker=self._worker)
        self._running = threading.Lock()
        self._is_wanted = threading.Event()
        self._loop = uvloop.new_event_loop()
        # It runs on a thread of its own: a connection with TLS refuses any other than the one that opened it.
        self._thread = threading.Thread(target=self._loop.run_forever, name="engine", daemon=True)
        self._wanted = self._loop.create_future()  # done once another thread wants something sent
        self._dispatchers: dict[int, Dispatcher] = {}
        self._draining: dict[int, asyncio.Task[None]] = {}
        self._stopping = False
        # What a claim returns lives for a moment and has no cycles: looking for cycles took a tenth of the
        # time.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)

    def send_due(self) -> None:
        """Send until nothing is due. If another thread is sending, have it look once more."""
        self._list.refresh()
        self._is_wanted.set()
        self._loop.call_soon_threadsafe(self._call)
        while self._is_wanted.is_set() and self._running.acquire(blocking=False):
            try:
                if not self._thread.is_alive():
                    self._thread.start()
                asyncio.run_coroutine_threadsafe(self._drain_lanes(), self._loop).result()
            finally:
                self._running.release()

    @property
    def held(self) -> int:
        """Return how many messages this worker holds without a recorded outcome."""
        return sum(dispatcher.held for dispatcher in list(self._dispatchers.values()))

    def stop(self) -> None:
        """Have `send_due` return once everything under way is recorded."""
        self._stopping = True
        for dispatcher in list(self._dispatchers.values()):
            dispatcher.stop()

    async def _drain_lanes(self) -> None:
        """A lane that has nothing to send rests until the next call, however long the others go on."""
        while self._is_wanted.is_set() or self._draining:
            if self._wanted.done():
                self._wanted = self._loop.create_future()
            if self._is_wanted.is_set():
                self._is_wanted.clear()
                await self._follow_list()
                self._start_draining()
            if self._draining:
                await asyncio.wait(
                    [*self._draining.values(), self._wanted], return_when=asyncio.FIRST_COMPLETED
                )
            self._note_ends()

    def _call(self) -> None:
        if not self._wanted.done():
            self._wanted.set_result(None)

    async def _follow_list(self) -> None:
        """Have a lane for each gateway as it is known now. A lane that is still sending ends first."""
        listed = {gateway.id: gateway for gateway in self._list.gateways}
        for gateway_id, dispatcher in list(self._dispatchers.items()):
            if listed.get(gateway_id) != dispatcher.lane.listed:
                dispatcher.stop()
                if gateway_id not in self._draining:
                    await dispatcher.lane.close()
                    del self._dispatchers[gateway_id]
        for gateway_id in listed.keys() - self._dispatchers.keys():
            self._open_lane(listed[gateway_id])

    def _open_lane(self, listed: ListedGateway) -> None:
        try:
            gateway = make_gateway(listed.kind, listed.settings)
        except (GatewayUnusable, ValueError, OSError) as error:  # it could be made when it was listed
            log.error("gateway not opened", gateway=listed.name, error=str(error))
            self._list.forget(listed.id)
            return
        lane = Lane(listed, gateway=gateway, conninfo=self._conninfo, worker=self._worker)
        self._dispatchers[listed.id] = Dispatcher(lane)

    def _start_draining(self) -> None:
        for gateway_id, dispatcher in self._dispatchers.items():
            if gateway_id in self._draining:
                dispatcher.call()
            elif not self._stopping:
                self._draining[gateway_id] = asyncio.create_task(dispatcher.drain())

    def _note_ends(self) -> None:
        for gateway_id, task in list(self._draining.items()):
            if task.done():
                del self._draining[gateway_id]
                if self._dispatchers[gateway_id].is_called and not self._stopping:
                    self._is_wanted.set()
                if error := task.exception():
                    log.error("sending stopped by an error", gateway_id=gateway_id, exc_info=error)
