from tests.benchmarks.shape import Run
from tests.benchmarks.worker_memory import growth


def test_the_memory_of_the_last_quarter_is_compared_with_the_second_quarter() -> None:
    assert growth([50, 90, 100, 102, 110, 110, 120, 122]) == Run(121, baseline=101)


def test_a_single_sample_shows_no_growth() -> None:
    assert growth([100]).ratio == 1
