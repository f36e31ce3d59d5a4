"""Spans of claims and requests, below the trace of whatever made the mailing; nothing where none is recorded.

A request's span has mailing_id, message_id and attempt, so that each attempt is found by any of them; the
phone and the text are never part of it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from notification_service.delivery.gateways import Gateway
from notification_service.delivery.messages import Claimed, MailingTerms
from notification_service.delivery.outcome import NoResponse, Response
from notification_service.observability import tracing

if TYPE_CHECKING:
    from opentelemetry.trace import Span


class Traces:
    """Of one gateway, in one process."""

    def __init__(self, *, gateway: str) -> None:
        self._gateway = gateway
        if tracing.is_on():
            tracing.tracer()  # now: what it imports would hold up the first requests

    def note_claim(
        self, messages: Sequence[Claimed], terms: Mapping[int, MailingTerms], *, asked_at: int
    ) -> None:
        """Have a span for each mailing of a claim, below which its requests' spans will be.

        `asked_at`: nanoseconds since the epoch.
        """
        if messages and tracing.is_on():
            spans = dict(self._batch_spans(messages, terms, asked_at))
            messages[0].batch.spans = spans or None  # one batch holds them all

    async def send(self, gateway: Gateway, message: Claimed, *, text: str) -> Response | NoResponse:
        """Have the gateway send it, with a span around, which the gateway is told of."""
        parent = (message.batch.spans or {}).get(message.mailing_id)
        if parent is None:
            return await gateway.send(message_id=message.id, phone=message.phone, text=text)
        whose = {"mailing_id": message.mailing_id, "message_id": message.id, "attempt": message.attempt}
        span = self._begin("gateway", parent=parent, kind="client", **whose)
        answer = await gateway.send(
            message_id=message.id, phone=message.phone, text=text, traceparent=tracing.traceparent_of(span)
        )
        _end(span, answer)
        return answer

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


def _end(span: "Span", answer: Response | NoResponse) -> None:
    if isinstance(answer, Response):
        span.set_attribute("http.response.status_code", answer.status)
    else:
        span.set_attribute("error.type", answer.reason)
    span.end()
