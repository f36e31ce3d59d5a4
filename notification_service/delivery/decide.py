"""Decide: what a response means for its message (`outcome.py`), and for the gateway's breaker and speed."""

import asyncio
from dataclasses import replace

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

    def decide(self, message: Claimed, reply: Reply) -> Outcome:
        """Return what becomes of the message. Tell limits and shared state what it says about the gateway.

        A response that cannot be judged counts as none: the gateway may have taken the message.
        """
        try:
            return self._decide(message, reply)
        except (Exception, asyncio.CancelledError):  # judging does not wait, so the cancellation is not ours
            log.exception("response not judged", message_id=message.id)  # an error of ours
            nothing = NoResponse(OUR_ERROR, maybe_taken=True)
            return self._decide(message, replace(reply, response=nothing))

    def not_begun(self, message: Claimed, nothing: NoResponse) -> Outcome:
        """For a message without a request: the attempt is charged to the message, not to the gateway."""
        return self._outcome(message, nothing, give_up_on_unknown=False)

    def _decide(self, message: Claimed, reply: Reply) -> Outcome:
        lane, response = self._lane, reply.response
        lane.claim_size.note_response(reply.seconds)
        lane.throughput.note_response()
        is_taken = isinstance(response, Response) and lane.gateway.judge(response) is ACCEPTED
        if is_taken and not message.batch.is_probe:
            lane.concurrency.note(seconds=reply.seconds, overloaded=False)
            lane.breaker.note_life(now=reply.ended_at)
            return SENT  # nearly every message: for these the rest would be lost time
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
            random=self._lane.random,
            shut_out_as=message.failed_for if lets_in and not message.batch.is_probe else None,
        )

    def _judge_gateway(self, message: Claimed, reply: Reply, outcome: Outcome) -> None:
        lane, response = self._lane, reply.response
        is_alive = not outcome.is_trouble and not isinstance(outcome, Held)
        is_overload = not isinstance(outcome, Sent) and _is_overload(response)
        if not (is_overload and self._may_be_own(message, reply)):
            lane.concurrency.note(seconds=reply.seconds, overloaded=is_overload, is_alive=is_alive)
        if is_alive:
            lane.breaker.note_life(now=reply.ended_at)
            if message.batch.is_probe:
                lane.shared.release_gateway()
        elif isinstance(outcome, Held):
            lane.breaker.lets_in = False
            lane.shared.hold_gateway(outcome.reason)
        elif not isinstance(outcome, Sent):
            self._note_trouble(message, reply, outcome.reason)

    def _note_trouble(self, message: Claimed, reply: Reply, reason: Why) -> None:
        """A probe that fails after another one has succeeded is a message like any other."""
        shared, breaker, now = self._lane.shared, self._lane.breaker, reply.ended_at
        asked = self._asked_seconds(reply.response)
        if shared.is_held:
            if message.batch.is_probe and not shared.is_being_released:
                breaker.note_probe()
                shared.hold_gateway(reason, wait_seconds=min(asked, MOST_WAIT_SECONDS))
        elif breaker.note_trouble(
            now=now,
            seconds=reply.seconds,
            may_be_own=self._may_be_own(message, reply),
            is_unreached=_never_left(reply.response),
            asked_seconds=asked,
        ):
            shared.hold_gateway(reason, wait_seconds=breaker.wait_seconds)
            breaker.hold(now=now)

    def _may_be_own(self, message: Claimed, reply: Reply) -> bool:
        """Whether trouble may be a message's own: it failed before, or others got responses."""
        began_at = reply.ended_at - reply.seconds
        return message.has_failed or self._lane.breaker.lived_at >= began_at + self._lane.stragglers.seconds

    def _asked_seconds(self, response: Response | NoResponse) -> float:
        """Return how long a gateway in trouble asks to be left alone."""
        if isinstance(response, NoResponse):
            return 0.0
        return retry_after_delay(response.retry_after, now=self._lane.shared.clock.now()).total_seconds()


def _never_left(response: Response | NoResponse) -> bool:
    """Return whether the gateway cannot have seen the message, so that nothing in it can be the reason."""
    return isinstance(response, NoResponse) and not response.maybe_taken


def _is_overload(response: Response | NoResponse) -> bool:
    """Return whether the gateway had no time for the request. A refused connection takes no time."""
    return response.maybe_taken if isinstance(response, NoResponse) else response.status == TOO_MANY_REQUESTS
