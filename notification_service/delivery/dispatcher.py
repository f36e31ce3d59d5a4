"""The engine's loop for one gateway: claim, send, decide, record, until nothing is due.

The order is what makes it safe to die between any two lines: a message is `sending` under a lease,
committed, before its request starts; an outcome is recorded after the response; a batch is closed after
its last outcome. What is not recorded by then is rescued when the lease ends.
"""

import asyncio
import time
from collections import deque
from contextlib import suppress
from datetime import timedelta

import structlog

from notification_service.delivery.claim import NO_PERMIT_SECONDS, Claimer
from notification_service.delivery.decide import Decider
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.stragglers import kept_for_others
from notification_service.delivery.messages import Claimed, NotBegun, Released, Reply
from notification_service.delivery.outcome import NoResponse
from notification_service.delivery.record import Recorder
from notification_service.delivery.send import Sender

IDLE_CLAIM_SECONDS = 0.2  # between claims while nothing is due but requests are still under way
SLOW_CLAIM_SECONDS = 0.05  # the same, while a mailing waits for its stragglers
FULL_CLAIM_SECONDS = 0.005  # between looks whether there is room for another claim
RELEASED_SECONDS = 5.0  # until a message is tried again whose request an error of ours kept from beginning
MAX_UNRECORDED = 20_000  # outcomes that wait for a slow database, beyond which nothing more is claimed

log = structlog.get_logger(__name__)


class Dispatcher:
    """Sends what is due in a lane, on one event loop, from `drain` to `drain`."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self._shared, self._concurrency, self._stragglers = lane.shared, lane.concurrency, lane.stragglers
        self._claimer = Claimer(lane)
        self._sender = Sender(lane)
        self._decider = Decider(lane)
        self._recorder = Recorder(lane)
        self._waiting: deque[Claimed] = deque()  # claimed, and not begun with
        self._under_way = 0  # claimed, and without an outcome
        self._probes = 0  # under way
        self._allowed = 0  # requests at once, as of the last sync
        self._deliveries: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        """Claim no more, release what has not started; may be called from any thread."""
        self.lane.stopping.set()

    @property
    def held(self) -> int:
        """Messages that are this worker's, and have no recorded outcome."""
        return self._under_way + self._recorder.waiting

    async def drain(self) -> None:
        """Send until nothing is due, the gateway is held or disabled, or the worker stops."""
        self._shared.terms.clear()
        await self._sync()
        drained = asyncio.Event()
        recording = asyncio.create_task(self._record_until(drained))
        try:
            if self._shared.is_held:
                await self._probe()
                await self._sync()
            await self._claim_until_dry()
        finally:
            await self._finish_deliveries()
            drained.set()
            await recording  # never cancelled: what it holds is not written anywhere yet
        await self._shared.leave()

    # claim

    async def _claim_until_dry(self) -> None:
        while not self.lane.stopping.is_set() and self._shared.is_open:
            pause = await self._claim()
            if pause is None:
                return
            if pause:
                await asyncio.sleep(pause)
            self._start_deliveries()

    async def _claim(self) -> float | None:
        """Claim what there is room for; return how many seconds to pause then, None where all is done."""
        room = self._room()
        permitted = await self._claimer.permitted(room)
        if room and not permitted:
            return NO_PERMIT_SECONDS
        if not room:  # without any concurrency, other workers have all of the gateway
            return FULL_CLAIM_SECONDS if self._concurrency.limit or self._under_way else None
        slow_mailings = self._stragglers.slow_mailings
        claimed = await self._claimer.claim(permitted, slow_mailings=slow_mailings)
        if slow_mailings and not claimed:
            claimed = await self._claim_slow(permitted)
        self._take(claimed)
        if claimed:
            return 0
        idle = SLOW_CLAIM_SECONDS if slow_mailings else IDLE_CLAIM_SECONDS
        return idle if self._under_way else None

    async def _claim_slow(self, permitted: int) -> list[Claimed]:
        """Of mailings with many stragglers only as many as leave room for others, which may come."""
        room = self._allowed - kept_for_others(self._concurrency.full) - self._under_way
        return await self._claimer.claim(min(room, permitted)) if room > 0 else []

    def _room(self) -> int:
        if not self._concurrency.limit or self._recorder.waiting >= MAX_UNRECORDED:
            return 0
        return self.lane.claim_size.size(under_way=self._under_way, concurrency=self._allowed)

    async def _probe(self) -> None:
        """Let single messages find out whether a held gateway takes any again, in each interval one.

        One that hangs keeps no other from asking, unless the gateway's own limit does.
        """
        next_at = float("-inf")
        while self._shared.is_held and not self._shared.is_being_released:
            if time.monotonic() >= next_at and self._has_room_for_probe:
                self._take(await self._claimer.claim_probe())
                next_at = time.monotonic() + self.lane.config.probe_interval_seconds
            self._probes = self._under_way
            if not self._probes:
                return
            self._start_deliveries()
            await asyncio.sleep(FULL_CLAIM_SECONDS)
        self._probes = 0

    @property
    def _has_room_for_probe(self) -> bool:
        return not self._shared.has_quota or self._under_way < self._shared.full_concurrency

    def _take(self, messages: list[Claimed]) -> None:
        self._under_way += len(messages)
        self._waiting.extend(messages)

    # send, decide

    def _start_deliveries(self) -> None:
        limit = max(self._allowed, self._probes)
        if not limit:
            self._release_waiting()
        for _ in range(min(limit - len(self._deliveries), len(self._waiting))):
            delivery = asyncio.create_task(self._deliver_waiting())
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._deliveries.discard)

    async def _deliver_waiting(self) -> None:
        """One message after another, as one of so many at a time as the gateway may be asked for."""
        while self._waiting and len(self._deliveries) <= max(1, self._allowed, self._probes):
            message = self._waiting.popleft()
            self._stragglers.begin(message.id, message.mailing_id, now=time.monotonic())
            try:
                self._note(message, await self._send(message))
            finally:
                self._stragglers.end(message.id)
                self._under_way -= 1
            if (task := asyncio.current_task()) and task.cancelling():
                raise asyncio.CancelledError  # noted while it was under way, and kept until it was recorded

    async def _send(self, message: Claimed) -> Reply | Released | NotBegun:
        try:
            return await self._sender.send(message)
        except asyncio.CancelledError:
            self._recorder.release(message, until=self._shared.clock.now())
            raise
        except Exception:
            # Ours to mend, and before the request: the message waits on, and is not taken again at once.
            log.exception("request not begun", message_id=message.id, mailing_id=message.mailing_id)
            return Released(self._shared.clock.now() + timedelta(seconds=RELEASED_SECONDS))

    def _note(self, message: Claimed, reply: Reply | Released | NotBegun) -> None:
        match reply:
            case Released(until=until, window=window):
                self._recorder.release(message, until=until, window=window)
            case NotBegun(reason=reason):
                nothing = NoResponse(reason, maybe_taken=False)
                self._recorder.add(message, self._decider.not_begun(message, nothing), nothing)
            case _:
                self._recorder.add(message, self._decider.decide(message, reply), reply.response)

    def _release_waiting(self) -> None:
        while self._waiting:
            self._recorder.release(self._waiting.popleft(), until=self._shared.clock.now())
            self.lane.permits.settle()
            self._under_way -= 1

    async def _finish_deliveries(self) -> None:
        while self._under_way:
            self._start_deliveries()
            await asyncio.sleep(FULL_CLAIM_SECONDS)

    # record

    async def _record_until(self, drained: asyncio.Event) -> None:
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                await asyncio.wait_for(drained.wait(), self.lane.config.record_interval_seconds)
            is_last = drained.is_set()  # asked before recording: what comes during it needs another round
            try:
                await self._recorder.flush()
                await self._sync()
            except Exception:
                log.exception("recording failed")  # ours to mend; the next round tries again

    async def _sync(self) -> None:
        await self._shared.sync(under_way=len(self._deliveries))
        now, concurrency = time.monotonic(), self._concurrency
        if self._shared.is_held:  # whoever opened the breaker: what led to it says nothing of what comes
            self.lane.breaker.reset(now=now)
        concurrency.adjust(now=now, full=self._shared.full_concurrency)
        self._stragglers.look(
            now=now,
            lived_at=self.lane.breaker.lived_at,
            latency=concurrency.alive_seconds,
            full=concurrency.full,
        )
        self._allowed = self._stragglers.allowed(
            limit=concurrency.limit, full=concurrency.full, is_shared=self._shared.has_quota
        )
