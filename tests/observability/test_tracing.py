"""Traces as a collector receives them, from a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest
from django.conf import settings as django_settings

from notification_service.observability import tracing
from tests.observability.collector import Collector, attributes

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
FLOOD = """
import django
django.setup()
from notification_service.observability import tracing
for _ in range(5_000):
    tracing.begin_span("gateway", parent="").end()
"""
SILENT = """
import django, sys
django.setup()
from notification_service.observability import tracing
with tracing.span("request") as span:
    assert span is None and tracing.traceparent_of() == ""
assert not [name for name in sys.modules if name.startswith("opentelemetry")]
"""


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


def run(script: str, *arguments: str, **variables: str) -> str:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "notification_service.settings", **variables}
    environment |= {"OTEL_EXPORTER_OTLP_COMPRESSION": "none"}
    command = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, cwd=django_settings.BASE_DIR
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_a_trace_continues_from_the_caller_to_the_planning_task(collector: Collector) -> None:
    passed_on = run(PROCESS, PARENT, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    spans = {span.name: span for span in collector.spans}
    assert set(spans) == {"request", "plan"}
    assert {span.trace_id.hex() for span in collector.spans} == {"a" * 32}
    assert spans["request"].parent_span_id.hex() == "b" * 16
    assert spans["plan"].parent_span_id == spans["request"].span_id
    assert passed_on == f"00-{'a' * 32}-{spans['request'].span_id.hex()}-01"
    assert attributes(spans["plan"].attributes) == {"mailing_id": 5}


def test_traces_carry_the_service_name_of_the_environment(collector: Collector) -> None:
    run(PROCESS, PARENT, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    run(PROCESS, PARENT, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url, OTEL_SERVICE_NAME="mailings of the north")
    assert collector.service_names == {"notification-service", "mailings of the north"}


def test_an_endpoint_for_traces_alone_turns_tracing_on(collector: Collector) -> None:
    run(PROCESS, PARENT, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{collector.url}/v1/traces")
    assert {span.name for span in collector.spans} == {"request", "plan"}


def test_a_hanging_collector_delays_nothing() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        run(FLOOD, OTEL_EXPORTER_OTLP_ENDPOINT=url, OTEL_EXPORTER_OTLP_TIMEOUT="600")
        assert time.monotonic() - began < 100  # what a process waits for at its end would be 600


def test_a_trace_that_the_caller_does_not_sample_is_not_recorded(collector: Collector) -> None:
    passed_on = run(PROCESS, UNSAMPLED, OTEL_EXPORTER_OTLP_ENDPOINT=collector.url)
    assert collector.spans == []
    assert passed_on.startswith(f"00-{'c' * 32}-")
    assert passed_on.endswith("-00")


def test_tracing_imports_nothing_without_an_endpoint() -> None:
    run(SILENT, OTEL_EXPORTER_OTLP_ENDPOINT="")


@pytest.mark.parametrize("given", ["", "nonsense", f"00-{'0' * 32}-{'b' * 16}-01", PARENT + "-more"])
def test_an_invalid_traceparent_is_ignored(given: str) -> None:
    assert not tracing.is_sampled(given)


def test_the_sampled_flag_of_a_traceparent_is_read() -> None:
    assert tracing.is_sampled(PARENT)
    assert not tracing.is_sampled(UNSAMPLED)
