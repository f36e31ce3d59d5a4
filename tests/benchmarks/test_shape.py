from dataclasses import replace

import pytest

from tests.benchmarks.shape import Goal, Run, percentile

SPEED = Goal(key="X", title="speed", unit="a second", target=100, higher_is_better=True)
RATIO = Goal(key="Y", title="time", unit="ms", target=1.5, higher_is_better=False, is_ratio=True)


def test_the_median_of_the_runs_meets_a_goal() -> None:
    assert SPEED.is_met([Run(1), Run(100), Run(500)])
    assert not SPEED.is_met([Run(99), Run(99), Run(500)])


def test_a_goal_for_a_ratio_is_judged_by_the_ratio() -> None:
    assert RATIO.is_met([Run(150, baseline=100)])
    assert not RATIO.is_met([Run(151, baseline=100)])


def test_a_goal_without_a_target_is_met_by_anything() -> None:
    assert replace(RATIO, target=None).is_met([Run(1)])


def test_a_ratio_needs_a_baseline() -> None:
    with pytest.raises(ValueError, match="Y needs something to compare with"):
        RATIO.is_met([Run(1)])


@pytest.mark.parametrize(
    ("count", "share", "expected"),
    [(100, 0.99, 99), (200, 0.99, 198), (20, 0.99, 20), (3, 0.5, 2), (1, 0.5, 1)],
)
def test_a_percentile_is_a_value_that_was_measured(count: int, share: float, expected: float) -> None:
    assert percentile(list(range(count, 0, -1)), share) == expected
