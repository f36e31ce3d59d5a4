"""Decide: what a response means for its message (`outcome.py`), and for its gateway: a breaker, a speed."""

import asyncio
from random import Random

import structlog

from notification_service.delivery.lane import Lane
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
)

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
            lane.failures.reset()
            return SENT  # nearly every one: for these the rest would be time lost
        outcome = self._outcome(message, response, give_up_on_unknown=reply.terms.give_up_on_unknown)
        self._judge_gateway(reply, outcome, is_probe=message.batch.is_probe)
        return outcome

    def _outcome(
        self, message: Claimed, response: Response | NoResponse, *, give_up_on_unknown: bool
    ) -> Outcome:
        return decide(
            response,
            judge=self._lane.gateway.judge,
            attempt=message.attempt,
            give_up_on_unknown=give_up_on_unknown,
            now=self._lane.shared.clock.now(),
            config=self._lane.config,
            random=self._random,
        )

    def _judge_gateway(self, reply: Reply, outcome: Outcome, *, is_probe: bool) -> None:
        lane = self._lane
        lane.concurrency.note(seconds=reply.seconds, overloaded=_is_overload(reply.response))
        is_down = lane.failures.note(failed=outcome.is_trouble)
        if isinstance(outcome, Held):
            lane.shared.hold_gateway(outcome.reason)
        elif is_probe and not outcome.is_trouble:
            lane.shared.release_gateway()
        elif not isinstance(outcome, Sent) and (is_down or is_probe):
            lane.failures.reset()
            lane.shared.hold_gateway(outcome.reason)


def _is_overload(response: Response | NoResponse) -> bool:
    """Whether a gateway had no time for a request; a refused connection takes none of its own."""
    return response.maybe_taken if isinstance(response, NoResponse) else response.status == 429
