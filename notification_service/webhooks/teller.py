"""Tells webhooks what happened: one event loop, with a coroutine for each webhook that has something due.

So one that hangs delays no other. The database is asked on a thread of its own, never on the loop's. A
process that dies leaves its webhooks to others when the lease ends; what it had not recorded is sent again.
"""

import asyncio
import os
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from random import Random
from typing import TypeVar
from uuid import uuid4

import structlog
from django.db import connections

from notification_service.delivery.config import DeliveryConfig
from notification_service.webhooks import claimed as store
from notification_service.webhooks.rounds import LOOK_SECONDS, Means, Rounds

MOST_WEBHOOKS = 100  # of one process at once
LINGER_SECONDS = 1.0

T = TypeVar("T")
log = structlog.get_logger(__name__)


def tell_webhooks(
    config: DeliveryConfig,
    *,
    should_stop: Callable[[], bool] = lambda: False,
    linger_seconds: float = LINGER_SECONDS,
) -> None:
    """Tell all that is due, and return when nothing has been for so long. Raises DatabaseError."""
    with ThreadPoolExecutor(1, thread_name_prefix="webhooks") as database:

        async def ask(question: Callable[[], T]) -> T:
            return await asyncio.get_running_loop().run_in_executor(database, question)

        means = Means(config, ask, should_stop, _name(), Random(), linger_seconds)  # noqa: S311 (no secret)
        try:
            asyncio.run(Teller(means).run())
        finally:
            database.submit(connections.close_all).result()  # they are the thread's own


class Teller:
    """Of one event loop."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._telling: dict[int, asyncio.Task[None]] = {}

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        busy_at = loop.time()
        try:
            while not self._means.should_stop() and loop.time() - busy_at <= self._means.linger_seconds:
                await self._take_more()
                if self._telling:
                    busy_at = loop.time()
                await asyncio.sleep(min(LOOK_SECONDS, self._means.linger_seconds))
        finally:  # they end with their round
            await asyncio.gather(*self._telling.values())

    async def _take_more(self) -> None:
        take = partial(
            store.claim,
            self._means.worker,
            mine=list(self._telling),
            limit=MOST_WEBHOOKS - len(self._telling),
            lease_seconds=self._means.lease_seconds,
        )
        for webhook_id in await self._means.ask(take):
            self._telling[webhook_id] = asyncio.create_task(self._tell(webhook_id))

    async def _tell(self, webhook_id: int) -> None:
        try:
            await Rounds(self._means, webhook_id).run()
        except Exception:  # the others go on; this one is taken again when its lease ends
            log.exception("telling a webhook broke off", webhook_id=webhook_id)
        finally:
            del self._telling[webhook_id]


def _name() -> str:
    return f"{socket.gethostname()[:50]}:{os.getpid()}:{uuid4().hex[:8]}"
