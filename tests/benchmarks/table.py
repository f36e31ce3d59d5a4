"""The table: a row for each goal, written between two markers of a Markdown file. Pure but for the file."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.benchmarks.shape import Goal, Run

BEGIN, END = "<!-- benchmarks:begin -->", "<!-- benchmarks:end -->"
COLUMNS = ("#", "what", "unit", "min", "median", "max", "compared with", "ratio", "target", "met", "measured")
NOT_MEASURED = "not measured yet"
NOT_HERE = "cannot be measured here"


@dataclass(frozen=True, slots=True)
class Row:
    cells: tuple[str, ...]

    @classmethod
    def of_runs(cls, goal: Goal, runs: Sequence[Run], *, measured: str) -> Self:
        if not runs:
            return cls.without_runs(goal, NOT_HERE)
        figures = [run.figure for run in runs]
        summary = (min(figures), statistics.median(figures), max(figures))
        met = "" if goal.target is None else "yes" if goal.is_met(runs) else "**no**"
        shown = (*map(number, summary), _baseline(goal, runs), _ratio(runs))
        return cls((goal.key, goal.title, goal.unit, *shown, _target(goal), met, measured))

    @classmethod
    def without_runs(cls, goal: Goal, reason: str = NOT_MEASURED) -> Self:
        return cls((goal.key, goal.title, goal.unit, "", "", "", "", "", _target(goal), "", reason))

    @property
    def key(self) -> str:
        return self.cells[0]


def number(value: float) -> str:
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def write_table(path: Path, rows: Sequence[Row], *, keys: Sequence[str], machine: str) -> None:
    """Replace these rows, keep the others that are there, and put all into the order of `keys`."""
    before, _, rest = path.read_text(encoding="utf-8").partition(BEGIN)
    kept, separator, after = rest.partition(END)
    if not separator:
        raise ValueError(f"{path} lacks the markers {BEGIN} and {END}")
    merged = _rows_of(kept) | {row.key: row for row in rows}
    table = [_line(COLUMNS), _line(["---"] * len(COLUMNS))]
    table += [_line(merged[key].cells) for key in keys if key in merged]
    body = "\n".join([BEGIN, machine, "", *table, END])
    path.write_text(before + body + after, encoding="utf-8")


def _rows_of(text: str) -> dict[str, Row]:
    lines = [line for line in text.splitlines() if line.startswith("| ")][2:]
    rows = (Row(tuple(cell.strip() for cell in line.strip().strip("|").split("|"))) for line in lines)
    return {row.key: row for row in rows}


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _baseline(goal: Goal, runs: Sequence[Run]) -> str:
    baselines = [run.baseline for run in runs if run.baseline is not None]
    return f"{goal.compared_with} {number(statistics.median(baselines))}" if baselines else ""


def _ratio(runs: Sequence[Run]) -> str:
    ratios = [run.ratio for run in runs if run.ratio is not None]
    return f"{statistics.median(ratios):.2f}" if ratios else ""


def _target(goal: Goal) -> str:
    if goal.target is None:
        return ""
    sign = "≥" if goal.higher_is_better else "≤"
    return f"ratio {sign} {goal.target:g}" if goal.is_ratio else f"{sign} {goal.target:,g}"
