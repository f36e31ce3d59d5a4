"""Traces as a collector receives them: a real receiver of OTLP over HTTP, and a process that sends to it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as django_settings
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from notification_service.observability import tracing

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"
UNSAMPLED = f"00-{'c' * 32}-{'d' * 16}-00"
PROCESS = """
import django, sys
django.setup()
from notification_service.observability import tracing
with tracing.span("request", parent=sys.argv[1], kind="server"):
    passed_on = tracing.traceparent_of()
with tracing.span("plan", parent=passed_on, mailing_id=5):
    pass
print(passed_on)
"""
SILENT = """
import django, sys
django.setup()
from notification_service.observability import tracing
with tracing.span("request") as span:
    assert span is None and tracing.traceparent_of() == ""
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


class Receiver:
    def __init__(self) -> None:
        self.spans: list[Any] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        spans = self.spans

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                    spans.extend(span for scope in resource.scope_spans for span in scope.spans)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        return Handler


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def run(script: str, *arguments: str, **variables: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "notification_service.settings", **variables}
    environment |= {"OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=django_settings.BASE_DIR
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_one_trace_goes_from_the_caller_to_the_planning(receiver: Receiver) -> None:
    passed_on = run(PROCESS, PARENT, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    spans = {span.name: span for span in receiver.spans}
    assert set(spans) == {"request", "plan"}
    assert {span.trace_id.hex() for span in receiver.spans} == {"a" * 32}
    assert spans["request"].parent_span_id.hex() == "b" * 16
    assert spans["plan"].parent_span_id == spans["request"].span_id
    assert passed_on == f"00-{'a' * 32}-{spans['request'].span_id.hex()}-01"
    assert [(item.key, item.value.int_value) for item in spans["plan"].attributes] == [("mailing_id", 5)]


def test_a_trace_that_the_caller_does_not_sample_is_not_recorded(receiver: Receiver) -> None:
    passed_on = run(PROCESS, UNSAMPLED, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url)
    assert receiver.spans == []
    assert passed_on.startswith(f"00-{'c' * 32}-")
    assert passed_on.endswith("-00")


def test_without_an_endpoint_nothing_is_imported_and_nothing_done() -> None:
    run(SILENT, OTEL_EXPORTER_OTLP_ENDPOINT="")


@pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-{'b' * 16}-01", PARENT + "-more"])
def test_what_is_no_traceparent_is_no_trace(given: str) -> None:
    assert not tracing.is_sampled(given)


def test_knows_which_traces_are_recorded() -> None:
    assert tracing.is_sampled(PARENT)
    assert not tracing.is_sampled(UNSAMPLED)
