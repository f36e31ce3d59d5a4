"""What others may change at any time, and what this worker changes for others: the gateway's row, the
mailings' terms, the database's clock. Synced ten times a second while messages are sent.
"""

from collections.abc import Iterable

import structlog

from notification_service.delivery.clock import DatabaseClock
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.gateway_row import GatewayRow, GatewaySnapshot, Usage
from notification_service.delivery.limits.concurrency import AdaptiveConcurrency
from notification_service.delivery.messages import MailingTerms
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.reasons import Why
from notification_service.mailings.send_window import SendWindow

MAX_AGE_SECONDS = 0.5  # of the last sync, with which a request may start
REPORT_SECONDS = 0.5  # between two reports of what this worker does with the gateway
# For how long a quota outlasts its last report, besides a request's time limit: by then a worker that
# hears nothing starts no request (MAX_AGE_SECONDS) and its last ones have ended.
QUOTA_SECONDS = 2.0

log = structlog.get_logger(__name__)


class SharedState:
    """As of the last sync."""

    def __init__(self, config: DeliveryConfig, database: Database, concurrency: AdaptiveConcurrency) -> None:
        self._config = config
        self._database = database
        self._row = GatewayRow(database, config)
        self._concurrency = concurrency
        self._max_concurrency: int | None = None
        self._quota: int | None = None
        self._synced_at = self._reported_at = float("-inf")
        self._hold_reason: Why | None = None
        self._hold_seconds = 0.0
        self._is_to_be_released = False
        self.is_held = False
        self.is_open = False  # whether messages may go to the gateway: it is enabled, and not held
        self.has_rate = False  # whether it has a limit of requests per second
        self.clock = DatabaseClock()
        self.terms: dict[int, MailingTerms] = {}

    @property
    def is_fresh(self) -> bool:
        """Rule 10 holds a worker that hung, or whose database is away, to what it has not heard yet."""
        return steady_seconds() <= self._synced_at + MAX_AGE_SECONDS

    @property
    def full_concurrency(self) -> int:
        """How many requests this worker may have under way at a healthy gateway."""
        most = self._config.max_concurrency
        return most if self._quota is None else min(most, self._quota)

    @property
    def has_quota(self) -> bool:
        """Whether the gateway has a limit of requests at once, for all workers together."""
        return self._quota is not None

    def hold_gateway(self, reason: Why, *, wait_seconds: float = 0.0) -> None:
        """Have every worker leave the gateway alone, from the next sync on; this one from now on.

        `wait_seconds`: for so long at least, as it asks.
        """
        if self._hold_reason is None:
            log.warning("gateway held", reason=str(reason), code=reason.code.value, seconds=wait_seconds)
        self._hold_reason, self._hold_seconds, self._is_to_be_released = reason, wait_seconds, False
        self.is_held, self.is_open = True, False
        self._concurrency.start_low()

    @property
    def is_being_released(self) -> bool:
        return self._is_to_be_released

    def release_gateway(self) -> None:
        """Have every worker send to the gateway again, from the next sync on."""
        self._is_to_be_released = True

    async def sync(self, *, under_way: int) -> None:
        began_at, reason = steady_seconds(), self._hold_reason
        await self._push_breaker()
        self._apply(await self._row.snapshot(), is_pushed=self._hold_reason is reason)
        if began_at - self._reported_at >= REPORT_SECONDS:
            await self._report_usage(under_way)
            self._reported_at = began_at
        await self._refresh_terms()
        self._synced_at = began_at

    async def learn_terms(self, mailing_ids: set[int]) -> None:
        """Read the terms of mailings that are not known yet."""
        if unknown := mailing_ids - self.terms.keys():
            self.terms |= await read_terms(self._database, unknown)

    async def leave(self) -> None:
        """Give this worker's quota back."""
        self._reported_at = float("-inf")
        await self._row.report(self._usage(limit=None, under_way=0, lease_seconds=0))

    async def _push_breaker(self) -> None:
        if (reason := self._hold_reason) is not None:
            await self._row.hold(reason, wait_seconds=self._hold_seconds)
        elif self._is_to_be_released:
            self._is_to_be_released = False
            log.info("gateway released")
            await self._row.release()

    def _apply(self, gateway: GatewaySnapshot | None, *, is_pushed: bool) -> None:
        if is_pushed:
            self._hold_reason = None  # it is on the row now
        self.is_held = self._hold_reason is not None or (gateway is not None and gateway.is_held)
        self.is_open = not self.is_held and gateway is not None and gateway.is_enabled
        if self.is_held:
            self._concurrency.start_low()
        if gateway is not None:
            self.clock.set_ahead(gateway.database_ahead, fast_by_at_most=gateway.fast_by_at_most)
            self.has_rate, self._max_concurrency = gateway.has_rate, gateway.max_concurrency

    async def _report_usage(self, under_way: int) -> None:
        lease = self._config.request_timeout_seconds + QUOTA_SECONDS
        usage = self._usage(limit=self._max_concurrency, under_way=under_way, lease_seconds=lease)
        self._quota = await self._row.report(usage)

    def _usage(self, *, limit: int | None, under_way: int, lease_seconds: float) -> Usage:
        latency = self._concurrency.latency_seconds
        return Usage(
            limit=limit,
            lease_seconds=lease_seconds,
            under_way=under_way,
            concurrency=self._concurrency.limit,
            full_concurrency=self.full_concurrency,
            latency_ms=None if latency is None else latency * 1000,
        )

    async def _refresh_terms(self) -> None:
        """Keep the present terms of mailings that run; a claim asks for the others."""
        known = list(self.terms)  # a claim may add to them while this waits
        present = await read_terms(self._database, known) if known else {}
        for mailing_id in known:
            if mailing_id in present and present[mailing_id].is_running:
                self.terms[mailing_id] = present[mailing_id]
            else:
                self.terms.pop(mailing_id, None)


async def read_terms(database: Database, mailing_ids: Iterable[int]) -> dict[int, MailingTerms]:
    """The present terms of the mailings; one that is gone is missing."""
    rows = await database.fetch("mailing_terms", ids=list(mailing_ids))
    return {
        row[0]: MailingTerms(
            text=row[1],
            end_at=row[2],
            window=SendWindow(opens=row[3], closes=row[4]) if row[3] is not None else None,
            give_up_on_unknown=row[5],
            is_running=row[6],
            trace_parent=row[7],
        )
        for row in rows
    }
