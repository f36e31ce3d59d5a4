from dataclasses import replace
from pathlib import Path

import pytest

from tests.benchmarks.shape import Goal, Run
from tests.benchmarks.table import BEGIN, END, NOT_HERE, NOT_MEASURED, Row, number, write_table

SPEED = Goal(key="X1", title="speed", unit="rows/s", target=50_000, higher_is_better=True)
RATIO = Goal(
    key="X2",
    title="sends",
    unit="sends/s",
    target=0.75,
    higher_is_better=True,
    is_ratio=True,
    compared_with="bare loop",
)
KEYS = ["X1", "X2", "X3"]


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "performance.md"
    path.write_text(f"# Title\n\n{BEGIN}\n{END}\n\nThe end.\n")
    return path


def test_a_row_shows_minimum_median_maximum_and_whether_the_target_is_met() -> None:
    row = Row.of_runs(SPEED, [Run(70_000), Run(60_000.4), Run(49_000)], measured="today")
    shown = ("49,000", "60,000", "70,000", "", "", "≥ 50,000", "yes", "today")
    assert row.cells == ("X1", "speed", "rows/s", *shown)


def test_a_row_shows_the_baseline_and_the_median_of_the_ratios() -> None:
    runs = [Run(70, baseline=100), Run(60, baseline=100), Run(90, baseline=200)]
    row = Row.of_runs(RATIO, runs, measured="today")
    assert row.cells[6:10] == ("bare loop 100", "0.60", "ratio ≥ 0.75", "**no**")


def test_a_row_without_a_target_is_only_shown() -> None:
    row = Row.of_runs(replace(RATIO, target=None), [Run(70, baseline=100)], measured="today")
    assert row.cells[6:10] == ("bare loop 100", "0.70", "", "")


def test_a_row_that_cannot_be_measured_here_says_so() -> None:
    assert Row.of_runs(RATIO, [], measured="today") == Row.without_runs(RATIO, NOT_HERE)


def test_the_table_is_in_the_order_of_its_keys_and_keeps_the_text_around(document: Path) -> None:
    rows = [Row.without_runs(RATIO), Row.without_runs(SPEED)]
    write_table(document, rows, keys=KEYS, machine="Machine: one.")
    lines = document.read_text().splitlines()
    assert lines[:5] == ["# Title", "", BEGIN, "Machine: one.", ""]
    assert [line.split(" | ")[0] for line in lines[7:9]] == ["| X1", "| X2"]
    assert lines[9:] == [END, "", "The end."]


def test_a_partial_run_replaces_only_its_own_rows(document: Path) -> None:
    first = [
        Row.of_runs(SPEED, [Run(1)], measured="first"),
        Row.of_runs(RATIO, [Run(1, baseline=2)], measured="first"),
    ]
    write_table(document, first, keys=KEYS, machine="Machine: one.")
    second = [Row.of_runs(RATIO, [Run(4, baseline=5)], measured="second")]
    write_table(document, second, keys=KEYS, machine="Machine: two.")
    text = document.read_text()
    assert "| " + " | ".join(first[0].cells) + " |" in text
    assert "| " + " | ".join(second[0].cells) + " |" in text
    assert text.count("| X2 |") == 1
    assert "Machine: one." not in text


def test_a_row_of_a_removed_benchmark_is_removed(document: Path) -> None:
    write_table(
        document, [Row.without_runs(SPEED), Row.without_runs(RATIO)], keys=KEYS, machine="Machine: one."
    )
    write_table(document, [Row.without_runs(RATIO)], keys=["X2"], machine="Machine: one.")
    assert "| X1 |" not in document.read_text()


def test_a_row_without_runs_says_that_nothing_was_measured() -> None:
    assert Row.without_runs(SPEED).cells == ("X1", "speed", "rows/s", *[""] * 5, "≥ 50,000", "", NOT_MEASURED)


def test_a_document_without_markers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "performance.md"
    path.write_text("# Title\n")
    with pytest.raises(ValueError, match="lacks the markers"):
        write_table(path, [], keys=KEYS, machine="")
    assert path.read_text() == "# Title\n"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(123_456.7, "123,457"), (12.34, "12.3"), (1.234, "1.23"), (0, "0.00"), (-0.5, "-0.50")],
)
def test_numbers_are_shown_with_three_figures_at_least(value: float, shown: str) -> None:
    assert number(value) == shown
