"""OpenTelemetry traces, if an endpoint is configured; otherwise nothing is imported, and nothing is done.

A trace passes from process to process as W3C `traceparent`: in a request's header, in the mailing's row, in
the header of a request to a gateway.
"""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from multiprocessing.util import Finalize
from typing import TYPE_CHECKING, Any

from django.conf import settings

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.trace import Span, SpanKind, Tracer

TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
SAMPLED = 1
SERVICE = "notification-service"
STOP_MILLISECONDS = 3_000  # for the last spans, even if the collector hangs

_making = threading.Lock()


def is_on() -> bool:
    return bool(settings.TRACES_ENDPOINT)


def is_sampled(traceparent: str) -> bool:
    """Return whether the trace is recorded."""
    return bool(TRACEPARENT.fullmatch(traceparent)) and bool(int(traceparent[-2:], 16) & SAMPLED)


@contextmanager
def span(
    name: str, *, parent: str = "", kind: str = "internal", **attributes: Any
) -> "Iterator[Span | None]":
    """A span around the block, below `parent` or the present span; None without tracing."""
    if not is_on():
        yield None
        return
    with tracer().start_as_current_span(
        name, context=_context(parent), kind=_kind(kind), attributes=attributes
    ) as present:
        yield present


def begin_span(
    name: str,
    *,
    parent: "str | Span",
    kind: str = "internal",
    start_time: int | None = None,
    **attributes: Any,
) -> "Span":
    """Begin a span that the caller ends; only with tracing on. `start_time`: in nanoseconds, or now."""
    context = _context(parent)
    return tracer().start_span(
        name, context=context, kind=_kind(kind), attributes=attributes, start_time=start_time
    )


def traceparent_of(span: "Span | None" = None) -> str:
    """Return the `traceparent` of the span, or of the present one; empty without a trace."""
    if not is_on():
        return ""
    from opentelemetry import trace

    context = (span or trace.get_current_span()).get_span_context()
    if not context.is_valid:
        return ""
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{int(context.trace_flags):02x}"


def tracer() -> "Tracer":
    """Make the tracer on first use: the exporter's thread does not survive a fork."""
    with _making:
        return _make_tracer()


@cache
def _make_tracer() -> "Tracer":
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class Exporter(BatchSpanProcessor):
        """Exports on its own thread, from a queue that drops the oldest spans. At a stop it waits briefly."""

        def shutdown(self) -> None:
            self._batch_processor.shutdown(timeout_millis=STOP_MILLISECONDS)

    named = {"service.name": SERVICE, **OTELResourceDetector().detect().attributes}
    provider = TracerProvider(resource=Resource.create(named))
    provider.add_span_processor(Exporter(OTLPSpanExporter()))
    # A web server's process is one of multiprocessing's, which ends without atexit's functions.
    Finalize(provider, provider.shutdown, exitpriority=1)
    return provider.get_tracer("notification_service")


def _context(parent: "str | Span") -> "Context | None":
    if isinstance(parent, str):
        return _context_of(parent)
    from opentelemetry.trace import set_span_in_context

    return set_span_in_context(parent)


def _context_of(traceparent: str) -> "Context | None":
    if not TRACEPARENT.fullmatch(traceparent):
        return None
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    return TraceContextTextMapPropagator().extract({"traceparent": traceparent})


def _kind(kind: str) -> "SpanKind":
    from opentelemetry.trace import SpanKind

    return SpanKind[kind.upper()]
