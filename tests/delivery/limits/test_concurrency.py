"""Fewer requests at once while a gateway slows down, all of them again when it recovers."""

from hypothesis import given
from hypothesis import strategies as st

from notification_service.delivery.limits.concurrency import AdaptiveConcurrency


class Gateway:
    """Serves so many requests a second, in turn: those that wait make each other's latency."""

    def __init__(self, concurrency: AdaptiveConcurrency) -> None:
        self.concurrency = concurrency
        self.now = 0.0

    def serve(
        self, *, a_second: float, seconds: float, base: float = 0.01, timeout: float = 10
    ) -> list[float]:
        """Keep the gateway as busy as allowed; return the latencies, in order."""
        latencies = []
        end = self.now + seconds
        while self.now < end:
            latency = max(base, self.concurrency.limit / a_second)
            self.now += max(0.1, min(latency, timeout))
            for _ in range(self.concurrency.limit):
                self.concurrency.note(seconds=min(latency, timeout), overloaded=latency >= timeout)
            self.concurrency.adjust(now=self.now, full=self.concurrency.full)
            latencies.append(latency)
        return latencies


def make(full: int = 64, timeout: float = 10) -> AdaptiveConcurrency:
    return AdaptiveConcurrency(full=full, timeout_seconds=timeout)


def test_a_fast_gateway_gets_full_concurrency() -> None:
    concurrency = make()
    Gateway(concurrency).serve(a_second=10_000, seconds=5)
    assert concurrency.limit == 64


def test_a_constant_latency_does_not_lower_the_concurrency() -> None:
    concurrency = make(full=1000)
    Gateway(concurrency).serve(a_second=1e9, seconds=20, base=0.2)
    assert concurrency.limit == 1000


def test_a_slowing_gateway_gets_fewer_requests_until_requests_end_in_time() -> None:
    concurrency = make()
    latencies = Gateway(concurrency).serve(a_second=4, seconds=120)
    assert latencies[0] > 10
    assert max(latencies[-5:]) <= 6
    assert concurrency.limit < 32


def test_a_gateway_that_recovers_gets_full_concurrency_again() -> None:
    concurrency = make()
    gateway = Gateway(concurrency)
    gateway.serve(a_second=1, seconds=120)
    assert concurrency.limit < 10
    gateway.serve(a_second=10_000, seconds=10)
    assert concurrency.limit == 64


def test_concurrency_starts_at_1_after_the_breaker_closes() -> None:
    concurrency = make()
    concurrency.start_low()
    assert concurrency.limit == 1
    Gateway(concurrency).serve(a_second=10_000, seconds=3)
    assert concurrency.limit == 64


def test_concurrency_follows_the_workers_quota() -> None:
    concurrency = make()
    concurrency.adjust(now=0, full=5)
    assert concurrency.limit == 5
    concurrency.adjust(now=0, full=0)
    assert concurrency.limit == 0
    concurrency.adjust(now=0, full=20)
    assert concurrency.limit == 20


@given(
    st.integers(1, 500),
    st.lists(
        st.tuples(st.floats(0, 30), st.booleans(), st.integers(0, 20), st.integers(0, 500)), max_size=50
    ),
)
def test_concurrency_stays_between_1_and_the_workers_quota(
    full: int, looks: list[tuple[float, bool, int, int]]
) -> None:
    concurrency = make(full=full)
    for number, (seconds, overloaded, requests, share) in enumerate(looks):
        for _ in range(requests):
            concurrency.note(seconds=seconds, overloaded=overloaded)
        concurrency.adjust(now=number * 40, full=share)
        assert min(1, share) <= concurrency.limit <= share
