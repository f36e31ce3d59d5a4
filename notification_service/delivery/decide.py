"""Decide: what a response means for its message (`outcome.py`), and for its gateway: a breaker, a speed."""

from random import Random

from notification_service.delivery.lane import Lane
from notification_service.delivery.messages import Claimed, Reply
from notification_service.delivery.outcome import (
    ACCEPTED,
    SENT,
    Held,
    NoResponse,
    Outcome,
    Response,
    Sent,
    decide,
)


class Decider:
    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._random = Random()  # noqa: S311 (jitter is no secret)

    def decide(self, message: Claimed, reply: Reply) -> Outcome:
        """Return what becomes of the message; limits and shared state learn what it says of the gateway."""
        lane, response = self._lane, reply.response
        lane.claim_size.note_response()
        is_taken = isinstance(response, Response) and lane.gateway.judge(response) is ACCEPTED
        if is_taken and not message.batch.is_probe:
            lane.concurrency.note(seconds=reply.seconds, overloaded=False)
            lane.failures.reset()
            return SENT  # nearly every one: for these the rest would be time lost
        outcome = decide(
            response,
            judge=lane.gateway.judge,
            attempt=message.attempt,
            give_up_on_unknown=reply.terms.give_up_on_unknown,
            now=lane.shared.clock.now(),
            config=lane.config,
            random=self._random,
        )
        self._judge_gateway(reply, outcome, is_probe=message.batch.is_probe)
        return outcome

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
