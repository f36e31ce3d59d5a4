"""Send: one request for a claimed message, unless the last look before it says that none may start."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from notification_service.delivery.clock import OpenZones, UnknownZoneError
from notification_service.delivery.database import Database
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.rate import LATE_SECONDS
from notification_service.delivery.messages import Claimed, MailingTerms, NotBegun, Released, Reply
from notification_service.delivery.outcome import OUR_ERROR, TOO_LATE, NoResponse, Response
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.reasons import Reason, Why

LOOK_SECONDS = 0.01  # between looks whether there is a permit, or fresh shared state

log = structlog.get_logger(__name__)


class Sender:
    def __init__(self, lane: Lane) -> None:
        self._gateway, self._meters, self._traces = lane.gateway, lane.meters, lane.traces
        self._shared, self._clock, self._permits = lane.shared, lane.shared.clock, lane.permits
        self._stopping = lane.stopping
        self._guard_seconds = lane.config.deadline_guard_seconds
        self._zones = OpenZones(self._clock, guard_seconds=self._guard_seconds)
        self._marker = AttemptMarker(lane.claims)

    async def send(self, message: Claimed) -> Reply | Released | NotBegun:
        """Raises only what happens before the request has begun."""
        terms = self._shared.terms.get(message.mailing_id)
        if terms is not None and terms.give_up_on_unknown:
            await self._marker.mark(message)
        self._permits.settle()
        if self._shared.has_rate and not await self._take_permit(message):
            return Released(self._clock.now())
        if not self._shared.is_fresh:
            await self._wait_for_sync(message)
        terms = self._shared.terms.get(message.mailing_id)
        if (
            terms is None
            or steady_seconds() >= message.batch.start_before
            or not self._may_start(message, terms)
        ):
            return Released(self._clock.now())
        try:
            if terms.window and (opening := self._zones.opening(terms.window, message.timezone)):
                return Released(opening, terms.window)
        except UnknownZoneError:
            log.error("zone unknown", message_id=message.id, timezone=message.timezone)
            return NotBegun(Why(Reason.ZONE_UNKNOWN))
        started_at = time.monotonic()
        response = await response_to(lambda: self._ask(message, terms.text), message_id=message.id)
        if response is TOO_LATE:
            return Released(self._clock.now())
        seconds = time.monotonic() - started_at
        self._meters.responded(seconds)
        return Reply(response, terms, seconds)

    def _ask(self, message: Claimed, text: str) -> Awaitable[Response | NoResponse]:
        def may_start() -> bool:
            return self._may_start_late(message)

        if message.batch.spans is None:
            return self._gateway.send(
                message_id=message.id, phone=message.phone, text=text, may_start=may_start
            )
        return self._traces.send(self._gateway, message, text=text, may_start=may_start)

    def _may_start_late(self, message: Claimed) -> bool:
        """Whether its request may start now that there is a connection, which may have taken seconds.

        How old its claim is does not matter: a gateway that is slow to connect to would be sent nothing.
        """
        terms = self._shared.terms.get(message.mailing_id)
        if terms is None or not self._may_start(message, terms):
            return False
        try:
            return not (terms.window and self._zones.opening(terms.window, message.timezone))
        except UnknownZoneError:  # a mailing that had no hours before: its next claim says so
            return False

    async def _take_permit(self, message: Claimed) -> bool:
        """Wait for a time at which the gateway's rate allows a request; False: too late for this one."""
        while steady_seconds() < message.batch.start_before and not self._stopping.is_set():
            now = self._clock.time()
            permit = self._permits.take(now=now)
            await asyncio.sleep(LOOK_SECONDS if permit is None else max(0.0, permit - now))
            if permit is not None and self._shared.is_fresh and self._clock.time() <= permit + LATE_SECONDS:
                return True
        return False

    async def _wait_for_sync(self, message: Claimed) -> None:
        until = message.batch.start_before
        while steady_seconds() < until and not self._shared.is_fresh:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_SECONDS)

    def _may_start(self, message: Claimed, terms: MailingTerms) -> bool:
        """Whether a request for the message may start now, as far as its client's hours allow it."""
        return (
            terms.is_running
            and not self._stopping.is_set()
            and (self._shared.is_open or message.batch.is_probe)
            and self._clock.time() < terms.end_at.timestamp() - self._guard_seconds
        )


async def response_to(
    request: Callable[[], Awaitable[Response | NoResponse]], *, message_id: int
) -> Response | NoResponse:
    """What came of a request: whatever is raised once it may have left is a value, too.

    A cancellation as well, since it must not lose an outcome: the caller looks whether it is cancelled.
    """
    try:
        return await request()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a panic of the library's is no Exception
        log.exception("request broke off", message_id=message_id)  # ours to mend
        return NoResponse(OUR_ERROR, maybe_taken=True)


class AttemptMarker:
    """Note in a message's row that a request may start, before it does: for mailings that give up on doubt.

    A dead worker's other messages are then sent by others. One write at a time; whatever comes during it
    waits for the next.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writing = asyncio.Lock()
        self._messages: list[Claimed] = []
        self._round: asyncio.Task[None] | None = None

    async def mark(self, message: Claimed) -> None:
        """Return once the message's row says so."""
        self._messages.append(message)
        if self._round is None:
            self._round = asyncio.create_task(self._write())
        await self._round

    async def _write(self) -> None:
        async with self._writing:
            messages, self._messages, self._round = self._messages, [], None
            await mark_attempted(self._database, messages)


async def mark_attempted(database: Database, messages: list[Claimed]) -> None:
    ids, batch_ids = [m.id for m in messages], [m.batch.id for m in messages]
    await database.execute("mark_attempted", ids=ids, batch_ids=batch_ids)
