"""One event loop, gateway pool and dispatcher, which live as long as the worker process."""

import os
import socket
import threading

import uvloop

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.dispatcher import Dispatcher
from notification_service.delivery.gateways import Endpoint, make_gateway
from notification_service.delivery.message_queue import MessageQueue


class Engine:
    """Runs the dispatcher for whichever task thread wakes it; one at a time."""

    def __init__(self, config: DeliveryConfig, *, conninfo: str) -> None:
        self._running = threading.Lock()
        self._is_wanted = threading.Event()
        self._loop = uvloop.new_event_loop()
        worker = f"{socket.gethostname()}:{os.getpid()}"[-100:]
        self._claims = MessageQueue(conninfo, config, claimed_by=worker)
        self._records = MessageQueue(conninfo, config, claimed_by=worker)
        self._dispatcher = self._loop.run_until_complete(self._make_dispatcher(config))

    def send_due(self) -> None:
        """Send until nothing is due. While another thread does, it is asked to look once more."""
        self._is_wanted.set()
        while self._is_wanted.is_set() and self._running.acquire(blocking=False):
            try:
                self._is_wanted.clear()
                self._loop.run_until_complete(self._dispatcher.drain())
            finally:
                self._running.release()

    def stop(self) -> None:
        """Have `send_due` return once what is under way is recorded."""
        self._dispatcher.stop()

    async def _make_dispatcher(self, config: DeliveryConfig) -> Dispatcher:
        endpoint = Endpoint(
            url=config.gateway_url,
            token=config.gateway_token,
            connect_timeout_seconds=config.connect_timeout_seconds,
            request_timeout_seconds=config.request_timeout_seconds,
            max_concurrency=config.max_concurrency,
        )
        gateway = make_gateway("probe_server", endpoint)
        return Dispatcher(config, gateway=gateway, claims=self._claims, records=self._records)
