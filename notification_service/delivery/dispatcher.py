"""The engine's loop for one gateway: claim, send, decide, record, until nothing is due.

The order is what makes it safe to die between any two lines: a message is `sending` under a lease,
committed, before its request starts; an outcome is recorded after the answer; a batch is closed after
its last outcome. What is not recorded by then is rescued when the lease ends.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from random import Random

import structlog

from notification_service.delivery.asked import Asked
from notification_service.delivery.clock import OpenZones
from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateways import Gateway
from notification_service.delivery.limits.breaker import TroubleCount
from notification_service.delivery.limits.claim_size import Pace
from notification_service.delivery.limits.concurrency import AdaptiveConcurrency
from notification_service.delivery.limits.rate import LATE_SECONDS, Permits
from notification_service.delivery.message_queue import MessageQueue
from notification_service.delivery.messages import Claimed, MailingTerms, Recordable, put_back, unsent
from notification_service.delivery.outcome import ACCEPTED, Held, NoResponse, Outcome, Response, Sent, decide
from notification_service.delivery.shared_state import News
from notification_service.delivery.traces import Traces

IDLE_CLAIM_SECONDS = 0.2  # between claims while nothing is due but requests are still under way
FULL_CLAIM_SECONDS = 0.005  # between looks whether there is room for another claim
NO_PERMIT_SECONDS = 0.02  # between questions whether the gateway's limit allows more
INFORMED_SECONDS = 0.5  # for how long the last look around is news enough to start a request on
STALE_SECONDS = 0.01  # between looks whether there is fresh news
MAX_UNRECORDED = 20_000  # outcomes that wait for a slow database, beyond which nothing more is claimed

log = structlog.get_logger(__name__)


class Dispatcher:
    """Sends what is due for a gateway, on one event loop, from `drain` to `drain`."""

    def __init__(
        self,
        config: DeliveryConfig,
        *,
        gateway: Gateway,
        claims: MessageQueue,
        records: MessageQueue,
        answered: Callable[[float], None] = lambda _: None,
        gateway_name: str = "",
    ) -> None:
        """`answered` is told how long each request took; traces tell of the gateway by its name."""
        self._config = config
        self._gateway = gateway
        self._claims = claims  # claiming and recording overlap: each has a connection of its own
        self._records = records
        self._answered = answered
        self._traces = Traces(gateway=gateway_name)
        self._concurrency = AdaptiveConcurrency(
            full=config.max_concurrency, timeout_seconds=config.request_timeout_seconds
        )
        self._news = News(config, records, self._concurrency)
        self._asked = Asked(claims)
        self._clock = self._news.clock
        self._zones = OpenZones(self._clock, guard_seconds=config.deadline_guard_seconds)
        self._pace = Pace(config)
        self._permits = Permits()
        self._troubles = TroubleCount(limit=config.breaker_failures)
        self._random = Random()  # noqa: S311 (jitter is no secret)
        self._buffer: deque[Claimed] = deque()
        self._senders: set[asyncio.Task[None]] = set()
        self._outcomes = Recordable()
        self._under_way = 0  # claimed and without an outcome
        self._without_permit = 0  # claimed for a gateway with a limit per second, and without a moment of it
        self._probe: Claimed | None = None
        self._stopping = False

    def stop(self) -> None:
        """Claim no more, put back what has not started; may be called from any thread."""
        self._stopping = True

    async def drain(self) -> None:
        """Send until nothing is due, the gateway is held or disabled, or the worker stops."""
        self._news.terms.clear()
        await self._look()
        drained = asyncio.Event()
        recorder = asyncio.create_task(self._record_until(drained))
        try:
            if self._news.is_held:
                await self._send_probe()
                await self._look()
            await self._claim_until_dry()
        finally:
            await self._wait_for_outcomes()
            drained.set()
            await recorder  # never cancelled: what it holds is not written anywhere yet
        await self._news.leave()

    # claim

    async def _claim_until_dry(self) -> None:
        while not self._stopping and self._news.is_open:
            room = await self._room()
            if room is None:
                await asyncio.sleep(NO_PERMIT_SECONDS)
            elif not room and not self._concurrency.limit and not self._under_way:
                return  # other workers have all of the gateway
            elif not room:
                await asyncio.sleep(FULL_CLAIM_SECONDS)
            elif not await self._claim(room):
                if not self._under_way:
                    return
                await asyncio.sleep(IDLE_CLAIM_SECONDS)
            self._start_senders()

    async def _room(self) -> int | None:
        """How many messages to claim now; None while the gateway's limit allows no request."""
        limit = self._concurrency.limit
        room = self._pace.room(under_way=self._under_way, concurrency=limit) if limit else 0
        if len(self._outcomes) >= MAX_UNRECORDED:
            room = 0
        if not self._news.has_rate:
            return room
        return min(room, await self._reserve(room)) or (None if room else 0)

    async def _reserve(self, wanted: int) -> int:
        """Have moments for what is claimed without one and `wanted` more; answer how many more it may be."""
        free = self._permits.left(now=self._clock.time()) - self._without_permit
        if free < wanted:
            self._permits.add(await self._claims.take_permits(wanted - free))
            free = self._permits.left(now=self._clock.time()) - self._without_permit
        return max(0, free)

    async def _claim(self, limit: int, *, is_probe: bool = False) -> list[Claimed]:
        asked_at = time.time_ns()
        messages = await self._claims.claim(limit, is_probe=is_probe)
        await self._news.learn({message.mailing_id for message in messages})
        self._traces.note_claim(messages, self._news.terms, asked_at=asked_at)
        self._under_way += len(messages)
        self._without_permit += len(messages) if self._news.has_rate else 0
        self._buffer.extend(messages)
        return messages

    async def _send_probe(self) -> None:
        """Let one message find out whether a held gateway takes messages again."""
        if self._stopping or not await self._claims.take_probe():
            return
        while self._news.has_rate and not self._stopping and not await self._reserve(1):  # noqa: ASYNC110
            await asyncio.sleep(NO_PERMIT_SECONDS)
        claimed = await self._claim(1, is_probe=True)
        if not claimed:
            await self._claims.end_probe()
        self._probe = claimed[0] if claimed else None
        await self._wait_for_outcomes()
        self._probe = None

    async def _wait_for_outcomes(self) -> None:
        while self._under_way:
            self._start_senders(at_least=self._probe is not None)
            await asyncio.sleep(FULL_CLAIM_SECONDS)

    # send

    def _start_senders(self, *, at_least: bool = False) -> None:
        limit = max(self._concurrency.limit, at_least)
        if not limit:
            self._put_back_all()
        for _ in range(min(limit - len(self._senders), len(self._buffer))):
            sender = asyncio.create_task(self._send_from_buffer())
            self._senders.add(sender)
            sender.add_done_callback(self._senders.discard)

    async def _send_from_buffer(self) -> None:
        while self._buffer and len(self._senders) <= max(1, self._concurrency.limit):
            message = self._buffer.popleft()
            try:
                await self._deliver(message)
            except Exception:
                # Ours to mend, not the message's: it is rescued when its lease ends.
                log.exception("delivery failed", message_id=message.id, mailing_id=message.mailing_id)
            finally:
                self._under_way -= 1

    async def _deliver(self, message: Claimed) -> None:
        terms = self._news.terms.get(message.mailing_id)
        if terms is not None and terms.give_up_on_unknown:
            await self._asked.note(message)
        if self._news.has_rate and not await self._take_permit(message):
            self._put_back(message)
            return
        if time.monotonic() > self._news.informed_at + INFORMED_SECONDS:
            await self._wait_for_news(message)
        terms = self._news.terms.get(message.mailing_id)
        if terms is None or not self._may_start(message, terms):
            self._put_back(message)
        elif terms.window and (opening := self._zones.opening(terms.window, message.timezone)):
            self._put_back(message, until=opening)
        else:
            started_at = time.monotonic()
            if message.batch.spans is None:
                answer = await self._gateway.send(message_id=message.id, phone=message.phone, text=terms.text)
            else:
                answer = await self._traces.send(self._gateway, message, text=terms.text)
            self._conclude(message, terms, answer, seconds=time.monotonic() - started_at)

    async def _take_permit(self, message: Claimed) -> bool:
        """Wait for a moment at which the gateway's limit allows a request; False: too late for this one."""
        self._without_permit = max(0, self._without_permit - 1)
        while time.monotonic() < message.batch.start_before and not self._stopping:
            now = self._clock.time()
            moment = self._permits.take(now=now)
            await asyncio.sleep(STALE_SECONDS if moment is None else max(0.0, moment - now))
            if moment is not None and self._is_in_time(moment):
                return True
        return False

    def _is_in_time(self, moment: float) -> bool:
        is_informed = time.monotonic() <= self._news.informed_at + INFORMED_SECONDS
        return is_informed and self._clock.time() <= moment + LATE_SECONDS

    async def _wait_for_news(self, message: Claimed) -> None:
        """Rule 10 holds a worker that hung, or whose database is away, to what it has not heard yet."""
        until = message.batch.start_before
        while until > time.monotonic() > self._news.informed_at + INFORMED_SECONDS:  # noqa: ASYNC110
            await asyncio.sleep(STALE_SECONDS)

    def _may_start(self, message: Claimed, terms: MailingTerms) -> bool:
        """Whether a request for the message may start now, as far as its client's hours allow it."""
        return (
            terms.is_running
            and not self._stopping
            and (self._news.is_open or message is self._probe)
            and time.monotonic() < message.batch.start_before
            and self._clock.time() < terms.end_at.timestamp() - self._config.deadline_guard_seconds
        )

    def _put_back(self, message: Claimed, *, until: datetime | None = None) -> None:
        self._outcomes.unsent.append(put_back(message, until=until or self._clock.now()))

    def _put_back_all(self) -> None:
        while self._buffer:
            self._put_back(self._buffer.popleft())
            self._under_way -= 1

    # decide

    def _conclude(
        self, message: Claimed, terms: MailingTerms, answer: Response | NoResponse, *, seconds: float
    ) -> None:
        self._pace.count()
        self._answered(seconds)
        if isinstance(answer, Response) and self._gateway.judge(answer) is ACCEPTED and not self._probe:
            self._concurrency.note(seconds=seconds, overloaded=False)
            self._troubles.reset()
            self._outcomes.sent.append((message, self._clock.time()))
            return
        outcome = self._decide(message, terms, answer)
        self._judge_gateway(message, answer, outcome, seconds=seconds)
        if isinstance(outcome, Sent):
            self._outcomes.sent.append((message, self._clock.time()))
            return
        present = self._news.terms.get(message.mailing_id)  # the window may have changed meanwhile
        now = self._clock.now()
        self._outcomes.unsent.append(unsent(message, outcome, answer=answer, terms=present, now=now))

    def _decide(self, message: Claimed, terms: MailingTerms, answer: Response | NoResponse) -> Outcome:
        return decide(
            answer,
            judge=self._gateway.judge,
            attempt=message.attempt,
            give_up_on_unknown=terms.give_up_on_unknown,
            now=self._clock.now(),
            config=self._config,
            random=self._random,
        )

    def _judge_gateway(
        self, message: Claimed, answer: Response | NoResponse, outcome: Outcome, *, seconds: float
    ) -> None:
        """What the end of a request says about the gateway: its breaker, its speed."""
        self._concurrency.note(seconds=seconds, overloaded=_is_overload(answer))
        is_down = self._troubles.note(is_trouble=outcome.is_trouble)
        if isinstance(outcome, Held):
            self._news.hold(outcome.reason)
        elif message is self._probe and not outcome.is_trouble:
            self._news.let_in()
        elif not isinstance(outcome, Sent) and (is_down or message is self._probe):
            self._troubles.reset()
            self._news.hold(outcome.reason)

    # record

    async def _record_until(self, drained: asyncio.Event) -> None:
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                await asyncio.wait_for(drained.wait(), self._config.record_interval_seconds)
            is_last = drained.is_set()  # asked before recording: what comes during it needs another round
            try:
                await self._record()
                await self._look()
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
        if done := outcomes.count_off():
            await self._records.close_batches(done)

    async def _look(self) -> None:
        await self._news.look(under_way=len(self._senders))
        self._concurrency.adjust(now=time.monotonic(), full=self._news.full_concurrency)


def _is_overload(answer: Response | NoResponse) -> bool:
    """Whether a gateway had no time for a request; a refused connection takes none of its own."""
    return answer.maybe_taken if isinstance(answer, NoResponse) else answer.status == 429
