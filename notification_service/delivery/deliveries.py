"""What a lane has claimed and not ended yet: it waits, is sent, decided, and handed to the recorder."""

import asyncio
from collections import deque
from datetime import datetime, timedelta

import structlog

from notification_service.delivery.decide import Decider
from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, NotBegun, Released, Reply, Unsendable
from notification_service.delivery.outcome import Failed, NoResponse
from notification_service.delivery.record import Recorder
from notification_service.delivery.send import Sender
from notification_service.delivery.steady import steady_seconds

# Requests for single messages beside all others that are allowed, unless the gateway has a limit of its own.
SINGLES_BESIDE = 16
START_SECONDS = 0.005  # between two looks for what may start, while nothing is claimed
RELEASED_SECONDS = 5.0  # until a message is tried again if an error of ours kept its request from starting

log = structlog.get_logger(__name__)


class Deliveries:
    """As many requests at once as are allowed, each task with one message after another."""

    def __init__(self, lane: Lane, recorder: Recorder) -> None:
        self._lane = lane
        self._recorder = recorder
        self._sender = Sender(lane)
        self._decider = Decider(lane)
        self._singles: deque[Claimed] = deque()  # claimed, not started: single messages, which go first
        self._waiting: deque[Claimed] = deque()  # the others
        self.tasks: set[asyncio.Task[None]] = set()
        self.allowed = 0  # requests at once, as of the last sync
        self.probes = 0  # under way
        self.under_way = 0  # claimed, without an outcome yet
        self.hung = 0  # how many of these hung before
        self.changed = asyncio.Event()  # nothing is under way any more, or more may be due

    def take(self, messages: list[Claimed]) -> None:
        self.under_way += len(messages)
        self.hung += sum(message.has_hung for message in messages if message.reason)
        for message in messages:
            (self._singles if message.is_single else self._waiting).append(message)

    @property
    def room_for_singles(self) -> int:
        """How many more of these may be claimed: no more than will soon be sent."""
        return max(0, self.allowed + SINGLES_BESIDE - len(self._singles)) if self.allowed else 0

    def start(self) -> None:
        limit = max(self.allowed, self.probes)
        if not limit:
            self._release_waiting()
        singles = min(self._most_for_singles(limit) - len(self.tasks), len(self._singles))
        free = min(limit - len(self.tasks), len(self._singles) + len(self._waiting))
        for _ in range(max(singles, free)):
            task = asyncio.create_task(self._deliver_waiting())
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def finish(self) -> None:
        while self.under_way:
            self.start()
            await asyncio.sleep(START_SECONDS)

    def release(self, message: Claimed, *, seconds: float = 0) -> None:
        """Back to the queue unsent, to be due again so many seconds from now."""
        self._recorder.release(message, until=self._from_now(seconds))
        self._lane.permits.settle()
        self._lane.shared.forget_single(message)

    async def _deliver_waiting(self) -> None:
        task, stragglers = asyncio.current_task(), self._lane.stragglers
        assert task
        while message := self._next():
            now = steady_seconds()
            stragglers.begin(message.id, message.mailing_id, now=now, has_hung=message.has_hung)
            try:
                self._record(message, await self._send(message, now=now))
            finally:
                stragglers.end(message.id)
                self._note_end(message)
            if task.cancelling():
                raise asyncio.CancelledError  # it came during the request, and waited for its end

    def _next(self) -> Claimed | None:
        """Return what a task sends next; None if there is nothing, or as many requests as may be."""
        limit = max(1, self.allowed, self.probes)
        if self._singles and len(self.tasks) <= self._most_for_singles(limit):
            return self._singles.popleft()
        return self._waiting.popleft() if self._waiting and len(self.tasks) <= limit else None

    def _most_for_singles(self, limit: int) -> int:
        """Return how many requests at once there may be, all together, where one is for a single message."""
        has_room = bool(self.allowed) and not self._lane.shared.has_quota
        return limit + SINGLES_BESIDE if has_room else limit

    async def _send(self, message: Claimed, *, now: float) -> Reply | Released | NotBegun | Unsendable:
        try:
            return await self._sender.send(message, now=now)
        except asyncio.CancelledError:
            self._recorder.release(message, until=self._from_now(0))
            raise
        except Exception:
            # An error of ours, before the request: the message waits, and is not taken again at once.
            log.exception("request not begun", message_id=message.id, mailing_id=message.in_mailing)
            return Released(self._from_now(RELEASED_SECONDS))

    def _record(self, message: Claimed, reply: Reply | Released | NotBegun | Unsendable) -> None:
        match reply:
            case Reply():  # first, for it is nearly every one
                outcome = self._decider.decide(message, reply)
                self._recorder.add(message, outcome, reply.response, at=reply.ended_at, text=reply.text)
            case Released(until=until, hours_version=version):
                self._recorder.release(message, until=until, hours_version=version)
            case NotBegun(reason=reason):
                nothing = NoResponse(reason, maybe_taken=False)
                outcome = self._decider.not_begun(message, nothing)
                self._recorder.add(message, outcome, nothing, at=steady_seconds())
            case Unsendable(reason=reason):
                nothing = NoResponse(reason, maybe_taken=False)
                self._recorder.add(message, Failed(reason), nothing, at=steady_seconds())

    def _release_waiting(self) -> None:
        for waiting in (self._singles, self._waiting):
            while waiting:
                message = waiting.popleft()
                self.release(message)
                self._note_end(message)

    def _note_end(self, message: Claimed) -> None:
        self.under_way -= 1
        if not self.under_way:
            self.changed.set()
        self.hung -= message.has_hung
        self._lane.shared.forget_single(message)

    def _from_now(self, seconds: float) -> datetime:
        return self._lane.shared.clock.now() + timedelta(seconds=seconds)
