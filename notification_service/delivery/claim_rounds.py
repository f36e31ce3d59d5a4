"""When a lane claims, and how much: as there is room, but few messages that hung before."""

import asyncio
from contextlib import suppress

from notification_service.delivery.claim import NO_PERMIT_SECONDS, Claimer
from notification_service.delivery.deliveries import START_SECONDS, Deliveries
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.stragglers import kept_for_others
from notification_service.delivery.messages import Claimed
from notification_service.delivery.record import Recorder
from notification_service.delivery.steady import steady_seconds

IDLE_CLAIM_SECONDS = 0.2  # between claims while requests are under way and nothing is due, unless called
SINGLES_SECONDS = 0.05  # between looks for single messages, unless called
SLOW_CLAIM_SECONDS = 0.05  # the same, while a mailing waits for stragglers, or messages go back to the queue
# The longest that a message which hung before is put off while many are due, in time limits of a request.
PUT_OFF_TIMES = 4
MAX_UNRECORDED = 20_000  # the most outcomes that may wait for a slow database; with more, none are claimed


class ClaimRounds:
    def __init__(self, lane: Lane, deliveries: Deliveries, recorder: Recorder) -> None:
        self._lane = lane
        self._deliveries = deliveries
        self._recorder = recorder
        self._claimer = Claimer(lane)
        self._put_off = 0  # by the last claim
        self.is_called = False  # since the last claim began
        self._are_singles_wanted = False  # somebody has called since the last look for them began
        self._has_looked_for_singles = False  # in this round
        self._look_for_singles_at = float("-inf")  # steady_seconds()

    def call(self) -> None:
        self.is_called = self._are_singles_wanted = True
        self._deliveries.changed.set()

    async def claim(self) -> float | None:
        """Claim what there is room for. Return for how many seconds to pause; None if nothing is left.

        Single messages first, for which there is room beside any number of others.
        """
        has_more = await self._claim_singles()
        room = self._room()
        permitted = await self._claimer.permitted(room)
        if room and not permitted:
            return NO_PERMIT_SECONDS
        if not room:  # without any concurrency, other workers have all of the gateway
            return START_SECONDS if self._lane.concurrency.limit or self._deliveries.under_way else None
        slow_mailings = self._lane.stragglers.slow_mailings
        self._deliveries.changed.clear()
        self.is_called = False
        claimed = await self._claimer.claim(self._wanted(permitted), slow_mailings=slow_mailings)
        self._lane.throughput.note_claim(is_full=len(claimed) >= permitted)
        if slow_mailings and not claimed:
            claimed = await self._claim_slow(permitted)
        kept = self._put_off_hung(claimed)
        self._put_off = len(claimed) - len(kept)
        self._deliveries.take(kept)
        if kept or has_more or self._are_singles_wanted:
            return 0
        if not (self._deliveries.under_way or slow_mailings):
            return self._pause_of_idle()
        await self._wait_for_change(SLOW_CLAIM_SECONDS if slow_mailings or claimed else IDLE_CLAIM_SECONDS)
        return 0

    def _pause_of_idle(self) -> float | None:
        if self._recorder.is_returning:  # what goes back to the queue may be due again
            return SLOW_CLAIM_SECONDS
        return None if self._has_looked_for_singles else 0

    async def _claim_singles(self) -> bool:
        """Take single messages, and start at once: what follows may take longer than one of them should wait.

        Return whether there may be more. Beside other messages they are looked for at intervals.
        """
        self._has_looked_for_singles = False
        room = 0 if self._recorder.waiting >= MAX_UNRECORDED else self._deliveries.room_for_singles
        is_time = self._are_singles_wanted or steady_seconds() >= self._look_for_singles_at
        if not room or (self._deliveries.under_way and not is_time):
            return False
        permitted = await self._claimer.permitted(room)
        if not permitted:
            return False
        self._are_singles_wanted, self._has_looked_for_singles = False, True
        self._look_for_singles_at = steady_seconds() + SINGLES_SECONDS
        claimed = await self._claimer.claim_singles(permitted)
        self._deliveries.take(self._put_off_hung(claimed))
        self._deliveries.start()
        return len(claimed) >= permitted

    async def probe(self) -> None:
        """While the gateway is held, send one message an interval, to find out whether it takes any again.

        One that hangs does not stop the next, unless the gateway's own limit does.
        """
        shared, deliveries, next_at = self._lane.shared, self._deliveries, float("-inf")
        while shared.is_held and not shared.is_being_released:
            if steady_seconds() >= next_at and self._has_room_for_probe:
                deliveries.take(await self._claimer.claim_probe())
                next_at = steady_seconds() + self._lane.config.probe_interval_seconds
            deliveries.probes = deliveries.under_way
            if not deliveries.probes:
                return
            deliveries.start()
            await asyncio.sleep(START_SECONDS)
        deliveries.probes = 0

    @property
    def _has_room_for_probe(self) -> bool:
        shared = self._lane.shared
        return not shared.has_quota or self._deliveries.under_way < shared.full_concurrency

    def _room(self) -> int:
        if not self._lane.concurrency.limit or self._recorder.waiting >= MAX_UNRECORDED:
            return 0
        return self._lane.claim_size.size(
            under_way=self._deliveries.under_way, concurrency=self._deliveries.allowed
        )

    def _wanted(self, permitted: int) -> int:
        """More than may be sent if the last claim brought messages to put off: others are behind them."""
        if not self._put_off or self._lane.shared.has_rate:
            return permitted
        return min(permitted + 2 * self._put_off, self._lane.config.batch_size)

    async def _claim_slow(self, permitted: int) -> list[Claimed]:
        """Claim from mailings with many stragglers, but leave room for others, which may come."""
        kept = kept_for_others(self._lane.concurrency.full)
        room = self._deliveries.allowed - kept - self._deliveries.under_way
        return await self._claimer.claim(min(room, permitted)) if room > 0 else []

    def _put_off_hung(self, claimed: list[Claimed]) -> list[Claimed]:
        """Return what may be sent now; of messages that hung before, only as many as have places.

        The others wait for a random while.
        """
        hung = [message for message in claimed if message.reason and message.has_hung]
        too_many = hung[max(0, self._lane.stragglers.most_hung - self._deliveries.hung) :]
        longest = PUT_OFF_TIMES * self._lane.config.request_timeout_seconds
        for message in too_many:
            self._deliveries.release(message, seconds=self._lane.random.uniform(0, longest))
        away = {message.id for message in too_many}
        return [message for message in claimed if message.id not in away] if away else claimed

    async def _wait_for_change(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._deliveries.changed.wait(), seconds)
