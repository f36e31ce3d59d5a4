"""One trace from the caller of the API to the gateway, through the processes that run in production."""

from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp.web import BaseRequest

from notification_service.gateway_simulator.behaviour import SUCCESS, Behaviour, SimulatedReply
from notification_service.gateway_simulator.options import SimulatorOptions
from notification_service.mailings.models import Attempt, Message
from tests.gateway_simulator.running import serving
from tests.journeys.mailing import make_clients
from tests.journeys.service import Service, wait_until
from tests.journeys.test_seen import is_finished, send, start
from tests.observability.collector import Collector, attributes

CLIENTS = 20
TRACE, CALLER = "a" * 32, "b" * 16
UNSAMPLED = "c" * 32


class FirstRefused(Behaviour):
    """Takes what it has been asked before."""

    def decide(self, msg_id: int, nth: int) -> SimulatedReply:
        return SimulatedReply("503" if nth == 1 else SUCCESS, 0)


@pytest.fixture
def collector() -> Iterator[Collector]:
    collector = Collector()
    yield collector
    collector.close()


@pytest.fixture
def traceparents(service: Service) -> Iterator[list[tuple[int, str]]]:
    """Of each request to the gateway, with its message."""
    seen: list[tuple[int, str]] = []

    def remember(request: BaseRequest) -> None:
        message_id = int(request.path.rpartition("/")[2])
        seen.append((message_id, request.headers.get("traceparent", "")))

    with serving(SimulatorOptions(port=service.gateway_port, behaviour=FirstRefused()), remember):
        yield seen


def test_a_trace_leads_from_the_api_request_to_the_gateway(
    service: Service, traceparents: list[tuple[int, str]], collector: Collector
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

    [request] = [span for span in collector.named("POST api/v1/mailings/") if span.trace_id.hex() == TRACE]
    [plan], batches, sends = (collector.named(name) for name in ("plan", "batch", "gateway"))
    assert request.parent_span_id.hex() == CALLER
    assert {span.parent_span_id for span in (plan, *batches)} == {request.span_id}
    assert {span.trace_id.hex() for span in (plan, *batches, *sends)} == {TRACE}
    assert {span.parent_span_id for span in sends} == {span.span_id for span in batches}

    _check_attempts(sends, mailing_id)
    _check_gateway(traceparents, sends, mailing_id)
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


def _check_gateway(traceparents: list[tuple[int, str]], sends: list[Any], mailing_id: int) -> None:
    """The gateway was told of the very spans; of those that are not recorded, nothing."""
    ids = set(Message.objects.filter(mailing=mailing_id).values_list("pk", flat=True))
    told = sorted(traceparent for message_id, traceparent in traceparents if message_id in ids)
    assert told == sorted(f"00-{TRACE}-{span.span_id.hex()}-01" for span in sends)
    assert {traceparent for message_id, traceparent in traceparents if message_id not in ids} == {""}
