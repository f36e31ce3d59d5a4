from prometheus_client import REGISTRY

from notification_service.delivery.meters import Meters
from notification_service.observability.metrics import Reasons


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"notifications_{name}", labels) or 0


def test_hands_on_each_request_once() -> None:
    meters = Meters("counted")
    for _ in range(3):
        meters.sent(0.004)
    meters.unsent("retry", "HTTP 503", 0.7)
    for _ in range(2):
        meters.publish(under_way=0, unrecorded=0)
    assert value("attempts_total", gateway="counted", outcome="sent", reason="") == 3
    assert value("attempts_total", gateway="counted", outcome="retry", reason="HTTP 503") == 1


def test_sorts_latencies_as_the_histogram_itself_would() -> None:
    meters = Meters("timed")
    for seconds in (0.0005, 0.001, 0.3, 0.5, 60):
        meters.sent(seconds)
    meters.publish(under_way=0, unrecorded=0)
    counts = {
        bound: value("gateway_request_seconds_bucket", gateway="timed", le=bound)
        for bound in ("0.001", "0.25", "0.5", "10.0", "+Inf")
    }
    assert counts == {"0.001": 2, "0.25": 2, "0.5": 4, "10.0": 4, "+Inf": 5}
    assert value("gateway_request_seconds_count", gateway="timed") == 5
    assert round(value("gateway_request_seconds_sum", gateway="timed"), 4) == 60.8015


def test_the_gauges_are_the_sum_over_gateways() -> None:
    before = value("engine_messages_under_way")
    first, second = Meters("first"), Meters("second")
    first.publish(under_way=7, unrecorded=0)
    second.publish(under_way=5, unrecorded=0)
    first.publish(under_way=1, unrecorded=0)
    assert value("engine_messages_under_way") == before + 6


def test_a_gateway_that_invents_reasons_does_not_fill_the_memory() -> None:
    reasons = Reasons(most=2)
    assert [reasons.label(reason) for reason in ("a", "b", "c", "a")] == ["a", "b", "other", "a"]
