"""What every benchmark has in common: goals, the figures of its runs, whether these reach it. Pure."""

import math
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.benchmarks.bench import Bench

Measured = Mapping[str, Sequence["Run"]]  # by the key of the goal


@dataclass(frozen=True, slots=True)
class Run:
    """One figure, and what was measured beside it in the same run to compare with, if anything."""

    figure: float
    baseline: float | None = None

    @property
    def ratio(self) -> float | None:
        return None if self.baseline is None else self.figure / self.baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A row of the table. The target is of the ratio where `is_ratio`, else of the figure itself."""

    key: str
    title: str
    unit: str
    target: float | None  # None: it is only shown
    higher_is_better: bool
    is_ratio: bool = False
    compared_with: str = ""  # what the baseline is

    def judged(self, run: Run) -> float:
        value = run.ratio if self.is_ratio else run.figure
        if value is None:
            raise ValueError(f"{self.key} needs something to compare with")
        return value

    def is_met(self, runs: Sequence[Run]) -> bool:
        """By the median of the runs."""
        if self.target is None:
            return True
        judged = statistics.median(self.judged(run) for run in runs)
        return judged >= self.target if self.higher_is_better else judged <= self.target


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """`measure` returns no runs for a goal that cannot be measured here; what outlasts the limit is ended."""

    name: str
    goals: tuple[Goal, ...]
    measure: Callable[["Bench"], Measured]
    limit_seconds: float = 600


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that `share` of all are not above: never one that was not measured."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]
