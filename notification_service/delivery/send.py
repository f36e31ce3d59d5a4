"""Send: one request for a claimed message, unless the last check says that it may not start."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from json import JSONDecoder
from typing import Any

import structlog

from notification_service.delivery.attempt_marks import AttemptMarks
from notification_service.delivery.clock import OpenZones, UnknownZoneError
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.rate import LATE_SECONDS
from notification_service.delivery.messages import (
    Claimed,
    MailingTerms,
    NotBegun,
    Released,
    Reply,
    Unsendable,
)
from notification_service.delivery.outcome import OUR_ERROR, TOO_LATE, NoResponse, Response
from notification_service.delivery.steady import steady_seconds
from notification_service.mailings.personal_text import PHONE, TAG, TEXT_LENGTH
from notification_service.mailings.public_holidays import UnknownCountryError
from notification_service.mailings.reasons import Reason, Why

LOOK_SECONDS = 0.01  # between checks for a permit, or for fresh shared state

# Numbers stay as PostgreSQL writes them. Half of what `json.loads` takes, which looks for spaces around it.
READ_VALUES = JSONDecoder(parse_int=str, parse_float=str).raw_decode

Sending = Reply | Released | NotBegun | Unsendable

log = structlog.get_logger(__name__)


class Sender:
    def __init__(self, lane: Lane) -> None:
        self._gateway, self._meters, self._traces = lane.gateway, lane.meters, lane.traces
        self._shared, self._clock, self._permits = lane.shared, lane.shared.clock, lane.permits
        self._stopping = lane.stopping
        self._guard_seconds = lane.config.deadline_guard_seconds
        self._zones = OpenZones(self._clock, guard_seconds=self._guard_seconds)
        self._marks = AttemptMarks(marking=lane.claims, recording=lane.records)

    def send(self, message: Claimed, *, now: float) -> Coroutine[Any, Any, Sending]:
        """Raises only errors from before the request has begun.

        `now`: steady_seconds(), which are read once for a message that need not wait.
        """
        terms = self._shared.terms.get(message.mailing_id)
        if (
            terms is None or not terms.give_up_on_unknown
        ):  # nearly every one: it is not wrapped in another call
            return self._send(message, terms, now=now)
        return self._send_marked(message, terms, now=now)

    async def _send_marked(self, message: Claimed, terms: MailingTerms, *, now: float) -> Sending:
        """Send with the message's row marked before, and unmarked afterwards if no request was made."""
        if not self._may_begin(message, terms, now=now):
            return await self._send(message, terms, now=now)
        try:
            await self._marks.mark(message)
            present = self._shared.terms.get(message.mailing_id)
            sending = await self._send(message, present, now=steady_seconds(), is_marked=True)
        except (Exception, asyncio.CancelledError):  # from before the request
            self._marks.take_back(message)
            raise
        if not isinstance(sending, Reply):
            self._marks.take_back(message)
        return sending

    async def _send(
        self, message: Claimed, terms: MailingTerms | None, *, now: float, is_marked: bool = False
    ) -> Sending:
        shared, has_turn = self._shared, True
        if shared.has_rate or not shared.is_fresh_at(now):
            has_turn = terms is None or self._has_request(message, terms)
            if not await self._take_turn(message, with_permit=has_turn):
                return Released(self._clock.now())
            now, terms = steady_seconds(), shared.terms.get(message.mailing_id)
        else:
            self._permits.settle()
        if terms is None or now >= message.batch.start_before or not self._may_start(message, terms, now=now):
            return Released(self._clock.now())
        text = self._text_now(message, terms)
        if not isinstance(text, str):
            return text
        # There was nothing to send before, so it took no permit, or has no mark.
        if not has_turn or (terms.give_up_on_unknown and not is_marked):
            return Released(self._clock.now())
        response = await response_to(lambda: self._ask(message, text), message_id=message.id)
        if response is TOO_LATE:
            return Released(self._clock.now())
        ended_at = steady_seconds()
        self._meters.responded(ended_at - now)
        return Reply(response, terms, ended_at - now, ended_at, text if terms.keeps_texts else None)

    def _may_begin(self, message: Claimed, terms: MailingTerms, *, now: float) -> bool:
        return (
            now < message.batch.start_before
            and self._may_start(message, terms, now=now)
            and self._has_request(message, terms)
        )

    def _has_request(self, message: Claimed, terms: MailingTerms) -> bool:
        """Whether it may lead to a request: a permit that is not used is lost to all others."""
        try:
            is_open = not (terms.hours and self._zones.opening(terms.hours, message.timezone))
        except UnknownZoneError:
            return False
        return is_open and not isinstance(text_for(message, terms), Why)

    def _text_now(self, message: Claimed, terms: MailingTerms) -> str | Released | NotBegun | Unsendable:
        try:
            if terms.hours and (opening := self._zones.opening(terms.hours, message.timezone)):
                return Released(opening, terms.hours_version)
        except UnknownZoneError:
            log.error("zone unknown", message_id=message.id, timezone=message.timezone)
            return NotBegun(Why(Reason.ZONE_UNKNOWN))
        text = text_for(message, terms)
        if isinstance(text, str):
            return text
        return Released(self._clock.now()) if text is None else Unsendable(text)

    def _ask(self, message: Claimed, text: str) -> Awaitable[Response | NoResponse]:
        def may_start() -> bool:
            return self._may_start_late(message)

        if message.batch.spans is None:
            return self._gateway.send(
                message_id=message.id, phone=message.phone, text=text, may_start=may_start
            )
        return self._traces.send(self._gateway, message, text=text, may_start=may_start)

    def _may_start_late(self, message: Claimed) -> bool:
        """Return whether its request may start now that there is a connection, which may have taken seconds.

        The age of its claim does not count: otherwise a gateway that is slow to connect to would get nothing.
        """
        terms = self._shared.terms.get(message.mailing_id)
        if terms is None or not self._may_start(message, terms, now=steady_seconds()):
            return False
        try:
            return not (terms.hours and self._zones.opening(terms.hours, message.timezone))
        except (UnknownZoneError, UnknownCountryError):  # new hours: the next claim says so
            return False

    async def _take_turn(self, message: Claimed, *, with_permit: bool) -> bool:
        """Wait for all that must come before the request; False: too late for this message."""
        self._permits.settle()
        if with_permit and self._shared.has_rate and not await self._take_permit(message):
            return False
        if not self._shared.is_fresh:
            await self._wait_for_sync(message)
        return True

    async def _take_permit(self, message: Claimed) -> bool:
        """Wait until the gateway's rate allows a request. Return False if that is too late for this one."""
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

    def _may_start(self, message: Claimed, terms: MailingTerms, *, now: float) -> bool:
        """Return whether a request for the message may start now, apart from its client's hours."""
        return (
            terms.is_running
            and not self._stopping.is_set()
            and (self._shared.is_open or message.batch.is_probe)
            and message.id not in message.batch.excluded
            and self._clock.time_at(now) < terms.ends_at - self._guard_seconds
        )


def text_for(message: Claimed, terms: MailingTerms) -> str | Why | None:
    """Return what its client gets, or why it gets nothing. None: another claim is to bring its values."""
    if terms.personal is None:
        return terms.text
    if message.attributes is None:  # there were no placeholders at the claim
        return None
    values, _ = READ_VALUES(message.attributes)
    values[PHONE], values[TAG] = message.phone, message.tag
    text = terms.personal.render(values)
    if text is None or not text.strip():
        return Why(Reason.NO_VALUE)
    return Why(Reason.TEXT_TOO_LONG) if len(text) > TEXT_LENGTH else text


async def response_to(
    request: Callable[[], Awaitable[Response | NoResponse]], *, message_id: int
) -> Response | NoResponse:
    """Return the result of a request. Whatever is raised once it may have left becomes a value, too.

    This includes a cancellation, which must not lose an outcome: the caller checks whether it is cancelled.
    """
    try:
        return await request()
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a panic of a library is not an Exception
        log.exception("request broke off", message_id=message_id)  # an error of ours
        return NoResponse(OUR_ERROR, maybe_taken=True)
