"""The engine's loop: claim, send, decide, record, until nothing is due.

The order is what makes it safe to die between any two lines: a message is `sending` under a lease,
committed, before its request starts; an outcome is recorded after the answer; a batch is closed after
its last outcome. What is not recorded by then is rescued when the lease ends.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from random import Random

import structlog

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateways.base import Gateway
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.outcome import Answer, Held, NoAnswer, Sent, decide
from notification_service.delivery.pace import Pace
from notification_service.delivery.rows import Claimed, MailingTerms, Recordable, put_back, unsent
from notification_service.delivery.worker_clock import DatabaseClock, OpenZones

IDLE_CLAIM_SECONDS = 0.2  # between claims while nothing is due but requests are still under way
FULL_CLAIM_SECONDS = 0.005  # between looks whether there is room for another claim
INFORMED_SECONDS = 0.5  # for how long the last look around is news enough to start a request on
STALE_SECONDS = 0.01  # between looks whether there is fresh news
MAX_UNRECORDED = 20_000  # outcomes that wait for a slow database, beyond which nothing more is claimed

log = structlog.get_logger(__name__)


class Dispatcher:
    """Sends what is due, on one event loop, from `drain` to `drain`."""

    def __init__(
        self, config: DeliveryConfig, *, gateway: Gateway, claims: MessageQueue, records: MessageQueue
    ) -> None:
        self._config = config
        self._gateway = gateway
        self._claims = claims  # claiming and recording overlap: each has a connection of its own
        self._records = records
        self._clock = DatabaseClock()
        self._zones = OpenZones(self._clock, guard_seconds=config.deadline_guard_seconds)
        self._pace = Pace(config)
        self._random = Random()  # noqa: S311 (jitter is no secret)
        self._buffer: asyncio.Queue[Claimed] = asyncio.Queue()
        self._terms: dict[int, MailingTerms] = {}
        self._outcomes = Recordable()
        self._unrecorded: Counter[int] = Counter()  # by batch
        self._under_way = 0  # claimed and without an outcome
        self._is_held = False
        self._hold_reason: str | None = None
        self._was_let_in = False
        self._informed_at = 0.0  # time.monotonic() of the news in terms, clock and gateway
        self._probe: Claimed | None = None
        self._stopping = False

    def stop(self) -> None:
        """Claim no more, put back what has not started; may be called from any thread."""
        self._stopping = True

    async def drain(self) -> None:
        """Send until nothing is due, the gateway is held, or the worker stops."""
        self._terms = {}
        await self._look_around()
        async with self._senders_and_recorder():
            if self._is_held:
                await self._send_probe()
                await self._look_around()
            await self._claim_until_dry()
            await self._wait_for_outcomes()

    @asynccontextmanager
    async def _senders_and_recorder(self) -> AsyncIterator[None]:
        drained = asyncio.Event()
        recorder = asyncio.create_task(self._record_until(drained))
        senders = [asyncio.create_task(self._send_from_buffer()) for _ in range(self._config.max_concurrency)]
        try:
            yield
        finally:
            for sender in senders:
                sender.cancel()
            await asyncio.gather(*senders, return_exceptions=True)
            drained.set()
            await recorder  # never cancelled: what it holds is not written anywhere yet

    # claim

    async def _claim_until_dry(self) -> None:
        while not self._stopping and not self._is_held:
            room = self._pace.room(under_way=self._under_way)
            if not room or len(self._outcomes) >= MAX_UNRECORDED:
                await asyncio.sleep(FULL_CLAIM_SECONDS)
            elif not await self._claim(room):
                if not self._under_way:
                    return
                await asyncio.sleep(IDLE_CLAIM_SECONDS)

    async def _claim(self, limit: int) -> list[Claimed]:
        messages = await self._claims.claim(limit)
        if unknown := {message.mailing_id for message in messages} - self._terms.keys():
            self._terms |= await self._claims.terms(list(unknown))
        self._unrecorded.update(message.batch_id for message in messages)
        self._under_way += len(messages)
        for message in messages:
            self._buffer.put_nowait(message)
        return messages

    async def _send_probe(self) -> None:
        """Let one message find out whether a held gateway lets us in again."""
        if self._stopping or not await self._claims.take_probe():
            return
        claimed = await self._claim(1)
        self._probe = claimed[0] if claimed else None
        await self._wait_for_outcomes()
        self._probe = None

    async def _wait_for_outcomes(self) -> None:
        while self._under_way:  # noqa: ASYNC110 (an event would cost every message something)
            await asyncio.sleep(FULL_CLAIM_SECONDS)

    # send

    async def _send_from_buffer(self) -> None:
        while True:
            message = await self._buffer.get()
            try:
                await self._deliver(message)
            except Exception:
                # Ours to mend, not the message's: it is rescued when its lease ends.
                log.exception("delivery failed", message_id=message.id, mailing_id=message.mailing_id)
            finally:
                self._under_way -= 1

    async def _deliver(self, message: Claimed) -> None:
        await self._wait_for_news(message)
        terms = self._terms.get(message.mailing_id)
        if terms is None or not self._may_start(message, terms):
            self._outcomes.unsent.append(put_back(message, until=self._clock.now()))
        elif terms.window and (opening := self._zones.opening(terms.window, message.timezone)):
            self._outcomes.unsent.append(put_back(message, until=opening))
        else:
            answer = await self._gateway.send(message_id=message.id, phone=message.phone, text=terms.text)
            self._pace.count()
            self._conclude(message, terms, answer)

    async def _wait_for_news(self, message: Claimed) -> None:
        """Rule 10 holds a worker that hung, or whose database is away, to what it has not heard yet."""
        until = message.start_before
        while until > time.monotonic() > self._informed_at + INFORMED_SECONDS:  # noqa: ASYNC110 (time, too)
            await asyncio.sleep(STALE_SECONDS)

    def _may_start(self, message: Claimed, terms: MailingTerms) -> bool:
        """Whether a request for the message may start now, as far as its client's hours allow it."""
        return (
            terms.is_running
            and not self._stopping
            and (not self._is_held or message is self._probe)
            and time.monotonic() < message.start_before
            and self._clock.time() < terms.end_at.timestamp() - self._config.deadline_guard_seconds
        )

    # decide

    def _conclude(self, message: Claimed, terms: MailingTerms, answer: Answer | NoAnswer) -> None:
        now = self._clock.now()
        outcome = decide(
            answer,
            judge=self._gateway.judge,
            attempt=message.attempt,
            give_up_on_unknown=terms.give_up_on_unknown,
            now=now,
            config=self._config,
            random=self._random,
        )
        if message is self._probe and isinstance(answer, Answer) and not isinstance(outcome, Held):
            self._was_let_in = True  # no answer at all says nothing about that
        if isinstance(outcome, Sent):
            self._outcomes.sent.append((message, now.timestamp()))
            return
        if isinstance(outcome, Held):
            self._is_held, self._hold_reason = True, outcome.reason
        terms = self._terms.get(message.mailing_id, terms)  # the window may have changed meanwhile
        self._outcomes.unsent.append(unsent(message, outcome, answer=answer, terms=terms, now=now))
        log.info(
            "attempt failed",
            mailing_id=message.mailing_id,
            message_id=message.id,
            attempt=message.attempt,
            outcome=type(outcome).__name__,
            reason=outcome.reason,
        )

    # record

    async def _record_until(self, drained: asyncio.Event) -> None:
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                await asyncio.wait_for(drained.wait(), self._config.record_interval_seconds)
            is_last = drained.is_set()  # asked before recording: what comes during it needs another round
            try:
                await self._record()
                await self._look_around()
            except Exception:
                log.exception("recording failed")  # ours to mend; the next round tries again

    async def _record(self) -> None:
        outcomes, self._outcomes = self._outcomes, Recordable()
        if not outcomes:
            return
        try:
            await self._records.record(outcomes)
        except BaseException:
            self._outcomes.extend(outcomes)  # recorded twice they change nothing twice
            raise
        self._unrecorded.subtract(message.batch_id for message, _ in outcomes.sent)
        self._unrecorded.subtract(unsent.message.batch_id for unsent in outcomes.unsent)
        if done := [batch_id for batch_id, left in self._unrecorded.items() if left <= 0]:
            await self._records.close_batches(done)
            for batch_id in done:
                del self._unrecorded[batch_id]

    async def _look_around(self) -> None:
        """See what others have changed: the gateway, the mailings, the clock."""
        asked_at = time.monotonic()
        if self._hold_reason is not None:
            await self._records.hold_gateway(self._hold_reason)
            self._hold_reason = None
        elif self._was_let_in:
            await self._records.release_gateway()
            self._was_let_in = False
        state = await self._records.gateway_state()
        self._clock.set_ahead(state.database_ahead)
        self._is_held = state.is_held or self._hold_reason is not None
        await self._refresh_terms()
        self._informed_at = asked_at

    async def _refresh_terms(self) -> None:
        """Keep the present terms of mailings that run; a claim asks for the others."""
        known = list(self._terms)  # a claim may add to them while this waits
        present = await self._records.terms(known) if known else {}
        for mailing_id in known:
            if mailing_id in present and present[mailing_id].is_running:
                self._terms[mailing_id] = present[mailing_id]
            else:
                self._terms.pop(mailing_id, None)
