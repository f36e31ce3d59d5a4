"""What others may change at any time, and what this worker changes for others: the gateway's row, the
mailings' terms, opt-outs, the database's clock. Synced ten times a second while messages are sent.
"""

import asyncio
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import structlog

from notification_service.delivery.clock import DatabaseClock
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.database import Database
from notification_service.delivery.exclusions import Exclusions
from notification_service.delivery.gateway_row import GatewayRow, GatewaySnapshot, Usage
from notification_service.delivery.limits.concurrency import AdaptiveConcurrency
from notification_service.delivery.limits.throughput import Throughput
from notification_service.delivery.messages import Claimed, MailingTerms
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.public_holidays import is_holiday
from notification_service.mailings.reasons import Why
from notification_service.mailings.send_window import Hours, window_of
from notification_service.mailings.wake_up import SETTLE, publish

MAX_AGE_SECONDS = 0.5  # of the last sync: no request starts with an older one
REPORT_SECONDS = 0.5  # between two reports of what this worker does with the gateway
# How long a quota outlasts its last report, in addition to a request's time limit. By then a worker that
# hears nothing starts no request (MAX_AGE_SECONDS), and its last requests have ended.
QUOTA_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Wish:
    """To have every worker leave the gateway alone, for a reason; or, without one, send to it again."""

    reason: Why | None
    wait_seconds: float = 0.0


class SharedState:
    """As of the last sync."""

    def __init__(
        self,
        config: DeliveryConfig,
        database: Database,
        concurrency: AdaptiveConcurrency,
        throughput: Throughput,
    ) -> None:
        self._config = config
        self._database = database
        self._row = GatewayRow(database, config)
        self._concurrency = concurrency
        self._throughput = throughput
        self._max_concurrency: int | None = None
        self._quota: int | None = None
        self._synced_at = self._reported_at = float("-inf")
        self._wish: Wish | None = None  # for the breaker, which the row does not have yet
        self.is_held = False
        self.is_open = False  # whether messages may go to the gateway: it is enabled, and not held
        self.max_rate: float | None = None  # requests per second, of all workers together
        self.others_per_second = 0.0  # messages that other workers can send to the gateway
        self.clock = DatabaseClock()
        self.terms: dict[int, MailingTerms] = {}
        self.exclusions = Exclusions(config, database)
        self._countries: set[str] = set()  # whose public holidays are loaded
        self._done: set[int] = set()  # mailings that wait to be finished, by the last sync

    @property
    def is_fresh(self) -> bool:
        """After a hang, or without the database, a pause (rule 10) or an opt-out (14) may be missed."""
        return self.is_fresh_at(steady_seconds())

    def is_fresh_at(self, now: float) -> bool:
        return now <= self._synced_at + MAX_AGE_SECONDS

    @property
    def has_rate(self) -> bool:
        return self.max_rate is not None

    @property
    def full_concurrency(self) -> int:
        """How many requests this worker may have under way at a healthy gateway."""
        most = self._config.max_concurrency
        return most if self._quota is None else min(most, self._quota)

    @property
    def has_quota(self) -> bool:
        """Return whether the gateway limits the requests at once of all workers together."""
        return self._quota is not None

    def hold_gateway(self, reason: Why, *, wait_seconds: float = 0.0) -> None:
        """Have every worker leave the gateway alone: this one from now on, the others from the next sync.

        `wait_seconds`: how long the gateway asks for, at least.
        """
        if self._wish is None or self._wish.reason is None:
            log.warning("gateway held", reason=str(reason), code=reason.code.value, seconds=wait_seconds)
        self._wish = Wish(reason, wait_seconds)
        self.is_held, self.is_open = True, False
        self._concurrency.start_low()

    @property
    def is_being_released(self) -> bool:
        """A probe has shown life, and the row may not say so yet."""
        return self._wish is not None and self._wish.reason is None

    def release_gateway(self) -> None:
        """Have every worker send to the gateway again, from the next sync."""
        self._wish = Wish(None)

    async def sync(self, *, under_way: int) -> None:
        began_at, wish = steady_seconds(), self._wish
        if wish is not None:
            await self._push(wish)
        gateway = await self._row.snapshot()
        if self._wish is wish:  # else there is a later one, for the next sync
            self._wish = None
        self._apply(gateway)
        if began_at - self._reported_at >= REPORT_SECONDS:
            await self._report_usage(under_way)
            self._reported_at = began_at
        await self._refresh_terms()
        await self.exclusions.sync()
        self._synced_at = began_at

    async def learn_singles(self, terms: dict[int, MailingTerms]) -> None:
        """Keep the terms of single messages, by the key that each has in a mailing's place."""
        await self._load_holidays(terms)
        self.terms |= terms

    def forget_single(self, message: Claimed) -> None:
        if message.is_single:
            self.terms.pop(message.mailing_id, None)

    async def learn_terms(self, mailing_ids: set[int]) -> None:
        """Read the terms of mailings that are not known yet."""
        if unknown := mailing_ids - self.terms.keys():
            terms = await read_terms(self._database, unknown)
            await self._load_holidays(terms)
            self.terms |= terms

    async def leave(self) -> None:
        """Give this worker's quota back."""
        self._reported_at = float("-inf")
        await self._row.report(self._usage(limit=None, under_way=0, lease_seconds=0))

    async def _push(self, wish: Wish) -> None:
        if wish.reason is not None:
            await self._row.hold(wish.reason, wait_seconds=wish.wait_seconds)
        else:
            log.info("gateway released")
            await self._row.release()

    def _apply(self, gateway: GatewaySnapshot | None) -> None:
        is_to_be_held = self._wish is not None and self._wish.reason is not None
        self.is_held = is_to_be_held or (gateway is not None and gateway.is_held)
        self.is_open = not self.is_held and gateway is not None and gateway.is_enabled
        if self.is_held:
            self._concurrency.start_low()
        if gateway is not None:
            self.clock.set_ahead(gateway.database_ahead, fast_by_at_most=gateway.fast_by_at_most)
            self.max_rate, self._max_concurrency = gateway.max_rate, gateway.max_concurrency

    async def _report_usage(self, under_way: int) -> None:
        lease = self._config.request_timeout_seconds + QUOTA_SECONDS
        usage = self._usage(limit=self._max_concurrency, under_way=under_way, lease_seconds=lease)
        share = await self._row.report(usage)
        self._quota, self.others_per_second = share.quota, share.others_per_second

    def _usage(self, *, limit: int | None, under_way: int, lease_seconds: float) -> Usage:
        latency = self._concurrency.latency_seconds
        is_measured = self._throughput.measure(
            now=steady_seconds(), cpu=time.process_time(), latency=latency or 0.0
        )
        return Usage(
            limit=limit,
            lease_seconds=lease_seconds,
            under_way=under_way,
            concurrency=self._concurrency.limit,
            full_concurrency=self.full_concurrency,
            latency_ms=None if latency is None else latency * 1000,
            most_per_second=self._throughput.per_second if is_measured else None,
            is_busy=self._throughput.is_busy,
        )

    async def _refresh_terms(self) -> None:
        """Keep the present terms of running mailings; a claim reads the others again.

        Those of a single message came with its claim, and go with the message.
        """
        known = [key for key in self.terms if key > 0]  # a claim may add to them while this waits
        present = await read_terms(self._database, known) if known else {}
        await self._load_holidays(present)
        self._have_done_settled(present)
        for mailing_id in known:
            if mailing_id in present and present[mailing_id].is_running:
                self.terms[mailing_id] = present[mailing_id]
            else:
                self.terms.pop(mailing_id, None)

    async def _load_holidays(self, terms: Mapping[int, MailingTerms]) -> None:
        """Apart from the loop, which must not wait for it."""
        named = {window.holidays for each in terms.values() for window in each.hours if window.holidays}
        for country in named - self._countries:
            try:
                await asyncio.to_thread(is_holiday, country, self.clock.now().date())
            except Exception:  # a library that knows it may come: until then only its own messages wait
                log.exception("holidays unknown to this worker", country=country)
            self._countries.add(country)

    def _have_done_settled(self, present: Mapping[int, MailingTerms]) -> None:
        """Have a mailing finished once its last outcome is recorded. Called once: others check as well."""
        done = {mailing_id for mailing_id, terms in present.items() if terms.is_running and terms.is_done}
        if done - self._done:
            publish(SETTLE)
        self._done = done


async def read_terms(database: Database, mailing_ids: Iterable[int]) -> dict[int, MailingTerms]:
    """Return the present terms of the mailings, without those that are gone."""
    rows = await database.fetch("mailing_terms", ids=list(mailing_ids))
    return {
        row[0]: MailingTerms(
            text=row[1],
            end_at=row[2],
            hours=_hours(row[3:7], row[7:11]),
            hours_version=row[11],
            give_up_on_unknown=row[12],
            is_running=row[13],
            trace_parent=row[14],
            is_done=row[15] and not row[16],
            left=row[16],
            text_has_changed=row[17],
        )
        for row in rows
    }


def _hours(*columns: Sequence[Any]) -> Hours:
    return tuple(window for some in columns if (window := window_of(*some)))
