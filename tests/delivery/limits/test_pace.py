"""What a worker can do with a gateway is measured while it has more to do than it can."""

import pytest

from notification_service.delivery.limits.pace import Pace


def work(
    pace: Pace, *, since: int, seconds: int, a_second: int, is_full: bool = True, cpu: float = 0.1
) -> None:
    for second in range(since + 1, since + seconds + 1):
        pace.note_claim(is_full=is_full)
        for _ in range(a_second):
            pace.note_response()
        pace.look(now=second, cpu=second * cpu, latency=0.1)


def test_a_worker_that_is_never_full_is_not_measured() -> None:
    pace = Pace()
    work(pace, since=0, seconds=20, a_second=5, is_full=False)
    assert pace.per_second is None


def test_a_worker_that_is_full_is_measured_from_the_second_window_on() -> None:
    pace = Pace()
    work(pace, since=0, seconds=2, a_second=25)
    assert pace.per_second is None
    work(pace, since=2, seconds=4, a_second=25)
    assert pace.per_second == 25
    assert not pace.is_busy


def test_a_lull_changes_nothing_and_a_new_pace_soon_counts_most() -> None:
    pace = Pace()
    work(pace, since=0, seconds=31, a_second=10)
    work(pace, since=31, seconds=30, a_second=1, is_full=False)
    assert pace.per_second == 10
    work(pace, since=61, seconds=60, a_second=40)
    assert pace.per_second == pytest.approx(40, rel=0.05)


def test_a_worker_whose_processor_is_busy_says_so() -> None:
    pace = Pace()
    work(pace, since=0, seconds=10, a_second=10, cpu=0.95)
    assert pace.is_busy
