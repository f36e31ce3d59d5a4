"""What the engine reports about its work: metrics and log lines (`Meters`), spans (`Traces`)."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import structlog

from notification_service.delivery.gateways import GatewayAdapter
from notification_service.delivery.messages import Claimed, MailingTerms, NotSent, OutcomeBuffer
from notification_service.delivery.outcome import MayStart, NoResponse, Response
from notification_service.observability import metrics, tracing
from notification_service.observability.message_lines import log_sent

if TYPE_CHECKING:
    from opentelemetry.trace import Span

BOUNDS = metrics.SEND_SECONDS

log = structlog.get_logger(__name__)


class Meters:
    """For one gateway, in one process: plain numbers, passed on once in each round of recording."""

    def __init__(self, gateway: str, *, log_sent: str = "grouped") -> None:
        """`log_sent`: lines about what was sent: grouped, each or off."""
        self._gateway = gateway
        self._log_sent = log_sent
        self._buckets = [0] * (len(BOUNDS) + 1)
        self._seconds = 0.0

    def claimed(self, messages: int, seconds: float) -> None:
        metrics.claimed.inc(messages)
        metrics.claim_seconds.observe(seconds)
        metrics.under_way.inc(messages)

    def responded(self, seconds: float) -> None:
        """Note that a request ended after so long. Costs 0.2 us."""
        self._buckets[bisect_left(BOUNDS, seconds)] += 1
        self._seconds += seconds

    def recorded(self, outcomes: OutcomeBuffer, seconds: float) -> None:
        """Count and log what has been written, so that nothing counts twice; pass on the latest latencies."""
        metrics.recorded.inc(len(outcomes))
        metrics.record_seconds.observe(seconds)
        metrics.under_way.dec(len(outcomes))
        self._count_attempts(outcomes)
        histogram = metrics.gateway_seconds.labels(self._gateway)
        histogram.observe_many(self._buckets, total=self._seconds)
        self._buckets, self._seconds = [0] * (len(BOUNDS) + 1), 0.0
        self._log(outcomes)

    def _count_attempts(self, outcomes: OutcomeBuffer) -> None:
        if outcomes.sent:
            metrics.attempts.labels(self._gateway, "sent", "").inc(len(outcomes.sent))
        not_sent = Counter((one.attempt_outcome, one.reason) for one in outcomes.not_sent)
        for (outcome, why), messages in not_sent.items():
            if outcome is None:
                metrics.released.inc(messages)
            else:
                reason = metrics.reasons.label(why.key if why else "")
                metrics.attempts.labels(self._gateway, outcome, reason).inc(messages)

    def _log(self, outcomes: OutcomeBuffer) -> None:
        sent = ((message.in_mailing, message.id) for message, _ in outcomes.sent)
        log_sent(log, sent, how=self._log_sent, gateway=self._gateway)
        for one in outcomes.not_sent:
            if one.attempt_outcome is not None:
                self._log_attempt(one)

    def _log_attempt(self, one: NotSent) -> None:
        log.info(
            "attempt",
            mailing_id=one.message.in_mailing,
            message_id=one.message.id,
            gateway=self._gateway,
            attempt=one.message.attempt,
            outcome=one.attempt_outcome,
            reason=one.reason and str(one.reason),
            code=one.reason and one.reason.code.value,
            http_status=one.http_status,
            response=one.response,
            status=one.status,
            next_attempt_at=one.next_attempt_at and one.next_attempt_at.isoformat(),
        )


class Traces:
    """For one gateway, in one process: spans below the trace of the request that made the mailing, if any.

    A request's span has mailing_id, message_id and attempt, so that each attempt can be found by any of them.
    It never has the phone or the text.
    """

    def __init__(self, gateway: str) -> None:
        self._gateway = gateway
        if tracing.is_on():
            tracing.tracer()  # now: its imports would delay the first requests

    def note_claim(
        self, messages: Sequence[Claimed], terms: Mapping[int, MailingTerms], *, asked_at: int
    ) -> None:
        """Make a span for each mailing of a claim, the parent of its requests' spans.

        `asked_at`: nanoseconds since the epoch.
        """
        if messages and tracing.is_on():
            spans = dict(self._batch_spans(messages, terms, asked_at))
            messages[0].batch.spans = spans or None  # one batch holds them all

    async def send(
        self, gateway: GatewayAdapter, message: Claimed, *, text: str, may_start: MayStart
    ) -> Response | NoResponse:
        """Have the gateway send it, inside a span whose id goes to the gateway."""
        parent = (message.batch.spans or {}).get(message.mailing_id)
        if parent is None:
            return await gateway.send(
                message_id=message.id, phone=message.phone, text=text, may_start=may_start
            )
        whose = {"mailing_id": message.mailing_id, "message_id": message.id, "attempt": message.attempt}
        span = self._begin("gateway", parent=parent, kind="client", **whose)
        response = await gateway.send(
            message_id=message.id,
            phone=message.phone,
            text=text,
            traceparent=tracing.traceparent_of(span),
            may_start=may_start,
        )
        _end(span, response)
        return response

    def _batch_spans(
        self, messages: Sequence[Claimed], terms: Mapping[int, MailingTerms], asked_at: int
    ) -> "Iterator[tuple[int, Span]]":
        parents = {known: terms[known].trace_parent for known in terms}
        recorded = {known: parent for known, parent in parents.items() if tracing.is_sampled(parent)}
        counts = Counter(message.mailing_id for message in messages) if recorded else {}
        for mailing_id in recorded.keys() & counts.keys():
            whose = {
                "mailing_id": mailing_id,
                "batch_id": messages[0].batch.id,
                "messages": counts[mailing_id],
            }
            span = self._begin("batch", parent=recorded[mailing_id], start_time=asked_at, **whose)
            span.end()
            if span.get_span_context().trace_flags.sampled:
                yield mailing_id, span

    def _begin(self, name: str, *, parent: "str | Span", **fields: Any) -> "Span":
        return tracing.begin_span(name, parent=parent, gateway=self._gateway, **fields)


def _end(span: "Span", response: Response | NoResponse) -> None:
    if isinstance(response, Response):
        span.set_attribute("http.response.status_code", response.status)
    else:
        span.set_attribute("error.type", response.reason.code.value)
    span.end()
