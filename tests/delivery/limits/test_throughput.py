"""What a worker can do with a gateway is measured while it has more to do than it can."""

import pytest

from notification_service.delivery.limits.throughput import Throughput


def work(
    throughput: Throughput, *, since: int, seconds: int, a_second: int, is_full: bool = True, cpu: float = 0.1
) -> None:
    for second in range(since + 1, since + seconds + 1):
        throughput.note_claim(is_full=is_full)
        for _ in range(a_second):
            throughput.note_response()
        throughput.measure(now=second, cpu=second * cpu, latency=0.1)


def test_a_worker_that_is_never_full_is_not_measured() -> None:
    throughput = Throughput()
    work(throughput, since=0, seconds=20, a_second=5, is_full=False)
    assert throughput.per_second is None


def test_a_worker_that_is_full_is_measured_from_the_second_window_on() -> None:
    throughput = Throughput()
    work(throughput, since=0, seconds=2, a_second=25)
    assert throughput.per_second is None
    work(throughput, since=2, seconds=4, a_second=25)
    assert throughput.per_second == 25
    assert not throughput.is_busy


def test_a_lull_changes_nothing_and_a_new_pace_soon_counts_most() -> None:
    throughput = Throughput()
    work(throughput, since=0, seconds=31, a_second=10)
    work(throughput, since=31, seconds=30, a_second=1, is_full=False)
    assert throughput.per_second == 10
    work(throughput, since=61, seconds=60, a_second=40)
    assert throughput.per_second == pytest.approx(40, rel=0.05)


def test_a_worker_whose_processor_is_busy_says_so() -> None:
    throughput = Throughput()
    work(throughput, since=0, seconds=10, a_second=10, cpu=0.95)
    assert throughput.is_busy
