"""Decide: what a response means for its message (`outcome.py`), and for its gateway: a breaker, a speed."""

import asyncio
import time
from random import Random

import structlog

from notification_service.delivery.gateways.http_verdict import TOO_MANY_REQUESTS
from notification_service.delivery.lane import Lane
from notification_service.delivery.limits.breaker import MOST_WAIT_SECONDS
from notification_service.delivery.messages import Claimed, Reply
from notification_service.delivery.outcome import (
    ACCEPTED,
    OUR_ERROR,
    SENT,
    Held,
    NoResponse,
    Outcome,
    Response,
    Sent,
    decide,
    retry_after_delay,
)
from notification_service.mailings.reasons import Why

log = structlog.get_logger(__name__)


class Decider:
    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._random = Random()  # noqa: S311 (jitter is no secret)

    def decide(self, message: Claimed, reply: Reply) -> Outcome:
        """Return what becomes of the message; limits and shared state learn what it says of the gateway.

        A response that cannot be judged is none: the gateway may have taken the message.
        """
        try:
            return self._decide(message, reply)
        except (Exception, asyncio.CancelledError):  # judging waits for nothing: no cancellation of ours
            log.exception("response not judged", message_id=message.id)  # ours to mend
            nothing = NoResponse(OUR_ERROR, maybe_taken=True)
            return self._decide(message, Reply(nothing, reply.terms, reply.seconds))

    def not_begun(self, message: Claimed, nothing: NoResponse) -> Outcome:
        """Of a message for which no request could be made: it is charged, the gateway is not."""
        return self._outcome(message, nothing, give_up_on_unknown=False)

    def _decide(self, message: Claimed, reply: Reply) -> Outcome:
        lane, response = self._lane, reply.response
        lane.claim_size.note_response()
        is_taken = isinstance(response, Response) and lane.gateway.judge(response) is ACCEPTED
        if is_taken and not message.batch.is_probe:
            lane.concurrency.note(seconds=reply.seconds, overloaded=False)
            lane.breaker.note_life(now=time.monotonic())
            return SENT  # nearly every one: for these the rest would be time lost
        outcome = self._outcome(message, response, give_up_on_unknown=reply.terms.give_up_on_unknown)
        self._judge_gateway(message, reply, outcome)
        return outcome

    def _outcome(
        self, message: Claimed, response: Response | NoResponse, *, give_up_on_unknown: bool
    ) -> Outcome:
        lets_in = self._lane.breaker.lets_in
        return decide(
            response,
            judge=self._lane.gateway.judge,
            attempt=message.attempt,
            give_up_on_unknown=give_up_on_unknown,
            now=self._lane.shared.clock.now(),
            config=self._lane.config,
            random=self._random,
            shut_out_as=message.failed_for if lets_in and not message.batch.is_probe else None,
        )

    def _judge_gateway(self, message: Claimed, reply: Reply, outcome: Outcome) -> None:
        lane, response = self._lane, reply.response
        is_alive = not outcome.is_trouble and not isinstance(outcome, Held)
        is_overload = not isinstance(outcome, Sent) and _is_overload(response)
        if not (is_overload and message.has_failed):  # it may be the message's own
            lane.concurrency.note(seconds=reply.seconds, overloaded=is_overload, is_alive=is_alive)
        if is_alive:
            lane.breaker.note_life(now=time.monotonic())
            if message.batch.is_probe:
                lane.shared.release_gateway()
        elif isinstance(outcome, Held):
            lane.breaker.lets_in = False
            lane.shared.hold_gateway(outcome.reason)
        elif not isinstance(outcome, Sent):
            self._note_trouble(message, reply, outcome.reason)

    def _note_trouble(self, message: Claimed, reply: Reply, reason: Why) -> None:
        """A probe that fails late, once another one has succeeded, is a message like any other."""
        shared, breaker, now = self._lane.shared, self._lane.breaker, time.monotonic()
        asked = self._asked_seconds(reply.response)
        if shared.is_held:
            if message.batch.is_probe and not shared.is_being_released:
                shared.hold_gateway(reason, wait_seconds=min(asked, MOST_WAIT_SECONDS))
        elif breaker.note_trouble(
            now=now,
            seconds=reply.seconds,
            has_failed=message.has_failed,
            is_unreached=_never_left(reply.response),
            asked_seconds=asked,
        ):
            shared.hold_gateway(reason, wait_seconds=breaker.wait_seconds)
            breaker.reset(now=now)

    def _asked_seconds(self, response: Response | NoResponse) -> float:
        """For how long a gateway in trouble asks to be left alone."""
        if isinstance(response, NoResponse):
            return 0.0
        return retry_after_delay(response.retry_after, now=self._lane.shared.clock.now()).total_seconds()


def _never_left(response: Response | NoResponse) -> bool:
    """Whether the gateway cannot have seen the message: nothing of it can be the reason."""
    return isinstance(response, NoResponse) and not response.maybe_taken


def _is_overload(response: Response | NoResponse) -> bool:
    """Whether a gateway had no time for a request; a refused connection takes none of its own."""
    return response.maybe_taken if isinstance(response, NoResponse) else response.status == TOO_MANY_REQUESTS
