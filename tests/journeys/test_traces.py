"""One trace from the caller of the API to the gateway, through the processes that run in production."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from notification_service.mailings.models import Attempt, Message
from tests.journeys.mailing import make_clients
from tests.journeys.service import Service, wait_until
from tests.journeys.test_seen import is_finished, send, start
from tests.observability.collector import Collector, attributes

CLIENTS = 20
TRACE, CALLER = "a" * 32, "b" * 16
UNSAMPLED = "c" * 32


class Gateway:
    """Takes what it has been asked before, and remembers the headers."""

    def __init__(self, port: int) -> None:
        self.requests: list[tuple[int, str]] = []  # message and traceparent
        self.server = ThreadingHTTPServer(("127.0.0.1", port), _handler(self))
        Thread(target=self.server.serve_forever, args=[0.01], daemon=True).start()

    def answer(self, message_id: int, traceparent: str) -> int:
        is_known = message_id in {known for known, _ in self.requests}
        self.requests.append((message_id, traceparent))
        return 200 if is_known else 503


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def gateway(service: Service) -> Iterator[Gateway]:
    gateway = Gateway(service.gateway_port)
    yield gateway
    gateway.server.shutdown()
    gateway.server.server_close()


def test_one_trace_from_the_request_to_the_gateway(
    service: Service, gateway: Gateway, collector: Collector
) -> None:
    make_clients(CLIENTS)
    # What is not exported when a process stops would be only after an hour.
    service.environment |= {
        "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url,
        "OTEL_BSP_SCHEDULE_DELAY": "3600000",
    }
    service.environment |= {"BREAKER_FAILURES": "0"}
    api = start(service, with_gateway=False)
    api.headers["traceparent"] = f"00-{UNSAMPLED}-{CALLER}-00"
    unseen = send(api)
    wait_until(lambda: is_finished(api, unseen), what="the mailing without a trace being finished")
    api.headers["traceparent"] = f"00-{TRACE}-{CALLER}-01"
    mailing_id = send(api)
    del api.headers["traceparent"]
    wait_until(lambda: is_finished(api, mailing_id), what="the mailing being finished")
    service.stop()

    print({(s.name, s.trace_id.hex()[:3]) for s in collector.spans}, len(collector.spans))
    [request] = [span for span in collector.named("POST api/mailings/") if span.trace_id.hex() == TRACE]
    [plan], batches, sends = (collector.named(name) for name in ("plan", "batch", "gateway"))
    assert request.parent_span_id.hex() == CALLER
    assert {span.parent_span_id for span in (plan, *batches)} == {request.span_id}
    assert {span.trace_id.hex() for span in (plan, *batches, *sends)} == {TRACE}
    assert {span.parent_span_id for span in sends} == {span.span_id for span in batches}

    _check_attempts(sends, mailing_id)
    _check_gateway(gateway, sends, mailing_id)
    assert b"7900" not in b"".join(span.SerializeToString() for span in collector.spans)


def _check_attempts(sends: list[Any], mailing_id: int) -> None:
    """Each attempt of each message has a span of its own."""
    ids = Message.objects.filter(mailing=mailing_id).values_list("pk", flat=True)
    assert Attempt.objects.filter(mailing=mailing_id, outcome="retry").count() == CLIENTS
    seen = sorted(tuple(sorted(attributes(span.attributes).items())) for span in sends)
    same = {"gateway": "main", "mailing_id": mailing_id}
    expected = [
        {**same, "message_id": pk, "attempt": attempt, "http.response.status_code": status}
        for pk in ids
        for attempt, status in ((1, 503), (2, 200))
    ]
    assert seen == sorted(tuple(sorted(one.items())) for one in expected)


def _check_gateway(gateway: Gateway, sends: list[Any], mailing_id: int) -> None:
    """The gateway was told of the very spans; of those that are not recorded, nothing."""
    ids = set(Message.objects.filter(mailing=mailing_id).values_list("pk", flat=True))
    told = sorted(traceparent for message_id, traceparent in gateway.requests if message_id in ids)
    assert told == sorted(f"00-{TRACE}-{span.span_id.hex()}-01" for span in sends)
    assert {traceparent for message_id, traceparent in gateway.requests if message_id not in ids} == {""}


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            message_id = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["id"]
            self.send_response(gateway.answer(message_id, self.headers.get("traceparent", "")))
            body = b'{"code": 0, "message": "OK"}'
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            pass

    return Handler
