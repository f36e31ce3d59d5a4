"""What others have changed: the gateway's row, the mailings' terms, the database's clock; and what
this worker has to say to them. Asked for ten times a second while messages are sent.
"""

import time

import structlog

from notification_service.delivery.clock import DatabaseClock
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.limits.concurrency import AdaptiveConcurrency
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import GatewayState, MailingTerms, Use

USE_SECONDS = 0.5  # between two reports of what this worker does with the gateway
# For how long a share outlasts its last report, besides a request's time limit: by then a worker that
# hears nothing starts no request (INFORMED_SECONDS) and its last ones have ended.
SHARE_SECONDS = 2.0

log = structlog.get_logger(__name__)


class News:
    """As of the last look; `informed_at` (time.monotonic()) says when that was."""

    def __init__(self, config: DeliveryConfig, queue: MessageQueue, concurrency: AdaptiveConcurrency) -> None:
        self._config = config
        self._queue = queue
        self._concurrency = concurrency
        self._max_concurrency: int | None = None
        self._share: int | None = None
        self._told_at = float("-inf")
        self._hold_reason: str | None = None
        self._was_let_in = False
        self.is_held = False
        self.is_open = False  # whether messages may go to the gateway: it is enabled, and not held
        self.has_rate = False  # whether it has a limit of requests per second
        self.clock = DatabaseClock()
        self.terms: dict[int, MailingTerms] = {}
        self.informed_at = float("-inf")

    @property
    def full_concurrency(self) -> int:
        """How many requests this worker may have under way at a healthy gateway."""
        most = self._config.max_concurrency
        return most if self._share is None else min(most, self._share)

    def hold(self, reason: str) -> None:
        """Have every worker leave the gateway alone, from the next look on; this one from now on."""
        if self._hold_reason is None:
            log.warning("gateway held", reason=reason)
        self._hold_reason, self._was_let_in = reason, False
        self.is_held, self.is_open = True, False
        self._concurrency.start_low()

    def let_in(self) -> None:
        """Have every worker send to the gateway again, from the next look on."""
        self._was_let_in = True

    async def look(self, *, under_way: int) -> None:
        asked_at, reason = time.monotonic(), self._hold_reason
        await self._say()
        self._note(await self._queue.gateway_state(), is_said=self._hold_reason is reason)
        if asked_at - self._told_at >= USE_SECONDS:
            await self._tell(under_way)
            self._told_at = asked_at
        await self._refresh_terms()
        self.informed_at = asked_at

    async def leave(self) -> None:
        """Give this worker's share back."""
        self._told_at = float("-inf")
        await self._queue.use_gateway(self._use(limit=None, under_way=0, lease_seconds=0))

    async def learn(self, mailing_ids: set[int]) -> None:
        """Ask for the terms of mailings that are not known yet."""
        if unknown := mailing_ids - self.terms.keys():
            self.terms |= await self._queue.terms(list(unknown))

    async def _say(self) -> None:
        if (reason := self._hold_reason) is not None:
            await self._queue.hold_gateway(reason)
        elif self._was_let_in:
            self._was_let_in = False
            log.info("gateway released")
            await self._queue.release_gateway()

    def _note(self, state: GatewayState | None, *, is_said: bool) -> None:
        if is_said:
            self._hold_reason = None  # it is in the state now
        self.is_held = self._hold_reason is not None or (state is not None and state.is_held)
        self.is_open = not self.is_held and state is not None and state.is_enabled
        if self.is_held:
            self._concurrency.start_low()
        if state is not None:
            self.clock.set_ahead(state.database_ahead, fast_by_at_most=state.fast_by_at_most)
            self.has_rate, self._max_concurrency = state.has_rate, state.max_concurrency

    async def _tell(self, under_way: int) -> None:
        lease = self._config.request_timeout_seconds + SHARE_SECONDS
        self._share = await self._queue.use_gateway(
            self._use(limit=self._max_concurrency, under_way=under_way, lease_seconds=lease)
        )

    def _use(self, *, limit: int | None, under_way: int, lease_seconds: float) -> Use:
        return Use(
            limit=limit,
            under_way=under_way,
            concurrency=self._concurrency.limit,
            full_concurrency=self.full_concurrency,
            latency_seconds=self._concurrency.latency_seconds,
            lease_seconds=lease_seconds,
        )

    async def _refresh_terms(self) -> None:
        """Keep the present terms of mailings that run; a claim asks for the others."""
        known = list(self.terms)  # a claim may add to them while this waits
        present = await self._queue.terms(known) if known else {}
        for mailing_id in known:
            if mailing_id in present and present[mailing_id].is_running:
                self.terms[mailing_id] = present[mailing_id]
            else:
                self.terms.pop(mailing_id, None)
