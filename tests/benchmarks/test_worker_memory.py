from tests.benchmarks.shape import Run
from tests.benchmarks.worker_memory import growth


def test_the_last_quarter_is_compared_with_the_second() -> None:
    assert growth([50, 90, 100, 102, 110, 110, 120, 122]) == Run(121, baseline=101)


def test_a_single_sample_has_not_grown() -> None:
    assert growth([100]).ratio == 1
