"""The engine's loop for one gateway: claim, send, decide, record, until nothing is due.

The order is what makes it safe to die between any two lines: a message is `sending` under a lease,
committed, before its request starts; an outcome is recorded after the response; a batch is closed after
its last outcome. What is not recorded by then is rescued when the lease ends.
"""

import asyncio
from contextlib import suppress

import structlog

from notification_service.delivery.claim_rounds import ClaimRounds
from notification_service.delivery.deliveries import Deliveries
from notification_service.delivery.lane import Lane
from notification_service.delivery.record import Recorder
from notification_service.delivery.steady import steady_seconds

log = structlog.get_logger(__name__)


class Dispatcher:
    """Sends what is due in a lane, on one event loop, from `drain` to `drain`."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane
        self.recorder = Recorder(lane)
        self.deliveries = Deliveries(lane, self.recorder)
        self.rounds = ClaimRounds(lane, self.deliveries, self.recorder)

    def call(self) -> None:
        """More may be due: look at once. On the event loop's own thread."""
        self.rounds.call()

    @property
    def is_called(self) -> bool:
        """Since the last claim began: then a drain starts again at its end."""
        return self.rounds.is_called

    def stop(self) -> None:
        """Claim no more, release what has not started; may be called from any thread."""
        self.lane.stopping.set()

    @property
    def held(self) -> int:
        """Messages that are this worker's, and have no recorded outcome."""
        return self.deliveries.under_way + self.recorder.waiting

    async def drain(self) -> None:
        """Send until nothing is due, the gateway is held or disabled, or the worker stops."""
        self.lane.shared.terms.clear()
        self.rounds.is_called = False
        await self._sync()
        drained = asyncio.Event()
        recording = asyncio.create_task(self._record_until(drained))
        try:
            await self._send_until_dry()
        finally:
            await self.deliveries.finish()
            drained.set()
            await recording  # never cancelled: what it holds is not written anywhere yet
        await self.lane.shared.leave()

    async def _send_until_dry(self) -> None:
        shared, is_done = self.lane.shared, False
        while not is_done:
            if shared.is_held:
                await self.rounds.probe()
                await self._sync()
            await self._claim_until_dry()
            # A gateway that was held meanwhile is probed beside what is under way: that may hang for long.
            is_done = not (shared.is_held and self.deliveries.under_way) or self.lane.stopping.is_set()

    async def _claim_until_dry(self) -> None:
        while not self.lane.stopping.is_set() and self.lane.shared.is_open:
            pause = await self.rounds.claim()
            if pause is None:
                return
            if pause:
                await asyncio.sleep(pause)
            self.deliveries.start()

    async def _record_until(self, drained: asyncio.Event) -> None:
        is_last = False
        while not is_last:
            with suppress(TimeoutError):
                await asyncio.wait_for(drained.wait(), self.lane.config.record_interval_seconds)
            is_last = drained.is_set()  # read before recording: what comes during it needs another round
            try:
                await self.recorder.flush()
                await self._sync()
            except Exception:
                log.exception("recording failed")  # ours to mend; the next round tries again

    async def _sync(self) -> None:
        """Learn what other workers did, and how many requests at once are this one's."""
        shared, concurrency, breaker = self.lane.shared, self.lane.concurrency, self.lane.breaker
        await shared.sync(under_way=len(self.deliveries.tasks))
        now = steady_seconds()
        if shared.is_held:  # whoever opened the breaker
            breaker.hold(now=now)
        else:
            breaker.release(now=now)
        concurrency.adjust(now=now, full=shared.full_concurrency)
        self.deliveries.allowed = self.lane.stragglers.allowed(
            now=now,
            lived_at=breaker.lived_at,
            latency=concurrency.alive_seconds,
            limit=concurrency.limit,
            full=concurrency.full,
            has_quota=shared.has_quota,
        )
