"""Telling one webhook, round by round: what is due of each queue, in order; then the record of it."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from random import Random
from typing import Any

import structlog
from django.conf import settings

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.outcome import OUR_ERROR, NoResponse, Response
from notification_service.delivery.wire import Proxy, Target, Wire, WireSettings
from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.reasons import Reason, Why
from notification_service.webhooks import claimed as store
from notification_service.webhooks.address import allowed_addresses
from notification_service.webhooks.attempts import MadeAttempt, attempt_of, record
from notification_service.webhooks.bodies import DueDelivery
from notification_service.webhooks.claimed import ClaimedWebhook, Ready

# Between rounds, unless the last one was full: several events of a busy mailing share what a round costs.
LOOK_SECONDS = 0.25
ROUND_SECONDS = 3.0  # after which a round starts no more requests
SPARE_SECONDS = 5.0  # of a lease, for the record of a round

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Means:
    """What a worker process tells its webhooks with. `ask` runs a function on the database's thread."""

    config: DeliveryConfig
    ask: Callable[[Callable[[], Any]], Awaitable[Any]]
    should_stop: Callable[[], bool]
    worker: str
    random: Random
    linger_seconds: float  # after the last delivery, so that whoever writes the next need not call a worker

    @property
    def lease_seconds(self) -> float:
        return ROUND_SECONDS + self.config.request_timeout_seconds + SPARE_SECONDS


class Rounds:
    """Of one webhook, which this worker has claimed."""

    def __init__(self, means: Means, webhook_id: int) -> None:
        self._means, self._id = means, webhook_id
        self._wire: Wire | None = None
        self._url = ""

    async def run(self) -> None:
        """Until nothing has been due for a second, or the webhook is somebody else's."""
        loop = asyncio.get_running_loop()
        until = loop.time() + self._means.linger_seconds
        try:
            while loop.time() <= until and not self._means.should_stop():
                claimed = await self._means.ask(
                    partial(
                        store.renew, self._id, self._means.worker, lease_seconds=self._means.lease_seconds
                    )
                )
                if claimed is None:
                    return
                found = await self._round(claimed)
                if found < store.OF_QUEUE:
                    await asyncio.sleep(min(LOOK_SECONDS, self._means.linger_seconds))
                if found:
                    until = loop.time() + self._means.linger_seconds
            await self._means.ask(partial(store.release, self._id, self._means.worker))
        finally:
            self._close()

    async def _round(self, claimed: ClaimedWebhook) -> int:
        """Return how many deliveries were due."""
        due: list[DueDelivery] = await self._means.ask(partial(store.find_due, self._id, claimed))
        if not due:
            return 0
        by_queue = groupby(sorted(due, key=lambda each: (each.queue, each.id)), key=lambda each: each.queue)
        queues = [self._tell_queue(list(each), claimed) for _, each in by_queue]
        made = [attempt for attempts in await asyncio.gather(*queues) for attempt in attempts]
        await self._means.ask(partial(record, self._id, made))
        return len(due)

    async def _tell_queue(self, due: list[DueDelivery], claimed: ClaimedWebhook) -> list[MadeAttempt]:
        """One after another, up to the first that fails: those behind it wait."""
        loop, made = asyncio.get_running_loop(), list[MadeAttempt]()
        until = loop.time() + ROUND_SECONDS
        for each in due:
            made.append(await self._attempt(each, claimed))
            if not made[-1].is_delivered or loop.time() > until or self._means.should_stop():
                break
        return made

    async def _attempt(self, due: DueDelivery, claimed: ClaimedWebhook) -> MadeAttempt:
        response = await self._response(due, claimed)
        means = self._means
        return attempt_of(
            response, due=due, failures=claimed.failures, config=means.config, random=means.random
        )

    async def _response(self, due: DueDelivery, claimed: ClaimedWebhook) -> Response | NoResponse:
        try:
            ready: Ready = await self._means.ask(partial(store.make_ready, due, claimed))
            return await self._wire_to(claimed.url).ask("", ready.body, headers=ready.headers)
        except GatewayUnusable as error:  # the secret was made under another SECRET_KEY
            log.error("webhook unusable", webhook_id=self._id, reason=error.reason)
            return NoResponse(Why(Reason.GATEWAY_UNUSABLE), maybe_taken=False)
        except Exception:  # ours to mend; the webhook's other events must not wait for it
            log.exception("event not sent", webhook_id=self._id, delivery_id=due.id)
            return NoResponse(OUR_ERROR, maybe_taken=False)

    def _wire_to(self, url: str) -> Wire:
        if self._wire is None or self._url != url:
            self._close()
            self._wire, self._url = build_wire(url, self._means.config), url
        return self._wire

    def _close(self) -> None:
        if self._wire is not None:
            self._wire.close()


def build_wire(url: str, config: DeliveryConfig) -> Wire:
    """Raises ValueError, OSError."""
    wire_settings = WireSettings(
        connect_timeout_seconds=config.connect_timeout_seconds,
        request_timeout_seconds=config.request_timeout_seconds,
        proxy=Proxy.from_url(settings.GATEWAY_PROXY) if settings.GATEWAY_PROXY else None,
        is_allowed=allowed_addresses(),
    )
    return Wire(Target.from_url(url), wire_settings, headers={"Content-Type": "application/json"})
