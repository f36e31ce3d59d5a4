"""`make bench`: measures on this machine, with servers of its own, and writes docs/performance.md's table.

Each benchmark is a process of its own with new servers, so that one that fails or hangs costs its rows alone.
"""

import argparse
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import django
from rich.console import Console
from rich.table import Table

from notification_service.standalone.processes.child import Child, last_log_line
from tests.benchmarks.bench import ROOT
from tests.benchmarks.machine import describe_moment, load_warning
from tests.benchmarks.run_one import Result, read_result
from tests.benchmarks.shape import Benchmark
from tests.benchmarks.table import COLUMNS, Row, write_table

if TYPE_CHECKING:  # what measures needs Django's settings
    from collections.abc import Sequence

DOCUMENT = ROOT / "docs" / "performance.md"
KEPT_IN = ROOT / "var" / "bench"
STOP_SECONDS = 90


@dataclass(kw_only=True)
class Report:
    rows: list[Row] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    machine: str = ""
    has_failed: bool = False

    def add(self, benchmark: Benchmark, result: Result, *, measured: str) -> None:
        self.machine = result.machine
        self.notes += result.notes
        self.rows += [
            Row.of_runs(goal, result.measured[goal.key], measured=measured) for goal in benchmark.goals
        ]

    def add_failure(self, benchmark: Benchmark, reason: str) -> None:
        self.has_failed = True
        self.notes.append(f"{benchmark.name} has failed: {reason}")


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    console = Console(width=None if sys.stdout.isatty() else 200, highlight=False)
    with tempfile.TemporaryDirectory() as data_dir:
        os.environ.update(DATA_DIR=data_dir, DJANGO_SETTINGS_MODULE="notification_service.settings")
        django.setup()
        from tests.benchmarks.registry import BENCHMARKS, KEYS, NAMES

        options = _options(NAMES)
        chosen = [benchmark for benchmark in BENCHMARKS if benchmark.name in options.only]
        report = Report()
        try:
            for _ in _run_all(console, report, chosen, options):
                if report.rows and options.write:
                    write_table(DOCUMENT, report.rows, keys=KEYS, machine=report.machine)
        finally:  # what is done when it is broken off is not lost
            _print(console, report)
    return int(report.has_failed)


def _options(names: "Sequence[str]") -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", type=lambda text: text.split(","), default=list(names), metavar="B1,B6")
    parser.add_argument("--runs", type=int, default=3, help="of each (default: %(default)s)")
    parser.add_argument("--scale", type=float, default=1.0, help="of the sizes; below 1 is a rehearsal")
    parser.add_argument("--workers", type=int, default=2, help="worker processes (default: %(default)s)")
    parser.add_argument(
        "--write",
        action=argparse.BooleanOptionalAction,
        help="the table; a rehearsal does not unless told to",
    )
    options = parser.parse_args()
    if unknown := set(options.only) - set(names):
        parser.error(f"unknown: {', '.join(sorted(unknown))}; there are {', '.join(names)}")
    if options.runs < 1 or options.workers < 1 or options.scale <= 0:
        parser.error("--runs, --workers and --scale are above 0")
    if options.write is None:
        options.write = options.scale >= 1
    return options


def _run_all(
    console: Console, report: Report, chosen: "Sequence[Benchmark]", options: argparse.Namespace
) -> Iterator[None]:
    """Comes back after each of them."""
    measured = describe_moment()
    if options.scale < 1:
        measured += f", at {options.scale:g} of the size"
    if warning := load_warning():
        console.print(f"[yellow]{warning}[/yellow]")
    for benchmark in chosen:
        started = time.monotonic()
        try:
            report.add(benchmark, _run(benchmark, options), measured=measured)
        except RuntimeError as error:
            report.add_failure(benchmark, str(error))
        console.print(f"{benchmark.name} took {time.monotonic() - started:.0f} s")
        yield


def _run(benchmark: Benchmark, options: argparse.Namespace) -> Result:
    """Raises RuntimeError, with the reason; the logs are kept then."""
    with _folder(benchmark.name) as folder:
        arguments = [f"--{name}={getattr(options, name)}" for name in ("runs", "scale", "workers")]
        command = [sys.executable, "-m", "tests.benchmarks.run_one", benchmark.name, str(folder), *arguments]
        child = Child(
            name=benchmark.name,
            command=command,
            log_path=folder / "run.log",
            folder=ROOT,
            stop_signal=signal.SIGTERM,
            stop_seconds=STOP_SECONDS,
        )
        child.launch()
        try:
            _wait(child, benchmark.limit_seconds)
        finally:
            child.stop()
        return read_result(folder)


def _wait(child: Child, limit_seconds: float) -> None:
    deadline = time.monotonic() + limit_seconds
    while child.is_running():
        if time.monotonic() > deadline:
            raise RuntimeError(f"not done after {limit_seconds:g} s")
        time.sleep(0.1)
    if child.exit_code() != 0 and child.log_path:
        raise RuntimeError(last_log_line(child.log_path) or f"exit code {child.exit_code()}")


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """Removed afterwards, but for the logs of what has failed."""
    KEPT_IN.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=KEPT_IN))
    try:
        yield folder
    except BaseException:
        logs = KEPT_IN / f"{name}-failed"
        shutil.rmtree(logs, ignore_errors=True)
        logs.mkdir()
        for log in (folder / "run.log", *(folder / "log").glob("*.log")):
            if log.exists():
                shutil.copy(log, logs)
        raise
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _print(console: Console, report: Report) -> None:
    table = Table(*COLUMNS[:-1], title=report.machine, title_justify="left")
    for row in report.rows:
        table.add_row(*(cell.replace("**", "") for cell in row.cells[:-1]))
    if report.rows:
        console.print(table)
    for note in report.notes:
        console.print(note)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("broken off")
