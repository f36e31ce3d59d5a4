"""One benchmark in a process of its own, which leaves its result in a folder.

`python -m tests.benchmarks.run_one B3 FOLDER --runs 3 --scale 1 --workers 2`
"""

import argparse
import json
import signal
import sys
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.bench import Bench, Options, bench
from tests.benchmarks.machine import describe_machine
from tests.benchmarks.shape import Measured, Run

RESULT = "result.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    measured: Measured
    notes: list[str]
    machine: str


def main() -> None:
    # An exception, so that everything started here is ended on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    parser = argparse.ArgumentParser(prog="run_one", description=__doc__)
    parser.add_argument("name")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--runs", type=int, required=True)
    parser.add_argument("--scale", type=float, required=True)
    parser.add_argument("--workers", type=int, required=True)
    given = parser.parse_args()
    options = Options(runs=given.runs, scale=given.scale, workers=given.workers)
    with bench(given.folder, options) as place:
        _write(given.folder / RESULT, _measure(given.name, place), place)


def _measure(name: str, place: Bench) -> Measured:
    from tests.benchmarks.registry import BENCHMARKS

    (benchmark,) = (benchmark for benchmark in BENCHMARKS if benchmark.name == name)
    return benchmark.measure(place)


def _write(path: Path, measured: Measured, place: Bench) -> None:
    result: dict[str, Any] = {
        "measured": {key: [astuple(run) for run in runs] for key, runs in measured.items()},
        "notes": place.notes,
        "machine": describe_machine(broker_url=place.broker_url),
    }
    path.write_text(json.dumps(result), encoding="utf-8")


def read_result(folder: Path) -> Result:
    result = json.loads((folder / RESULT).read_text(encoding="utf-8"))
    measured = {key: [Run(*figures) for figures in runs] for key, runs in result["measured"].items()}
    return Result(measured=measured, notes=result["notes"], machine=result["machine"])


if __name__ == "__main__":
    main()
