"""B6: rows a second of a CSV import, through the same call as `import_clients`.

Beside it COPY of the clients as they are then, into a table that has the same indexes and nothing else.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from django.db import connection

from notification_service.directory.importing import FileFormat
from notification_service.mailings.client_changes import import_clients
from tests.benchmarks.bare_table import NAME, bare_table, rows_per_second
from tests.benchmarks.bench import Bench
from tests.benchmarks.shape import Benchmark, Goal, Measured, Run

ROWS = 200_000
COLUMNS = "phone, operator_code, tag, timezone, attributes, created_at, updated_at"
ZONES = ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Omsk", "Asia/Vladivostok"]

OUTCOMES = {"created": ("all new", 0.5), "updated": ("all changed", 0.3)}
GOALS = {
    outcome: Goal(
        key=f"B6 {outcome}",
        title=f"client import, CSV of {ROWS:,} rows, {meaning}",
        unit="rows/s",
        target=target,
        higher_is_better=True,
        is_ratio=True,
        compared_with="bare COPY",
    )
    for outcome, (meaning, target) in OUTCOMES.items()
}


def measure_client_import(bench: Bench) -> Measured:
    rows = bench.scaled(ROWS)
    measured: dict[str, list[Run]] = {goal.key: [] for goal in GOALS.values()}
    with _csv_file(rows, tag="old") as old, _csv_file(rows, tag="new") as new:
        for _ in bench.runs:
            _remove_clients()
            for file, outcome in ((old, "created"), (new, "updated")):
                speed = _rows_per_second(file, rows, outcome=outcome)
                measured[GOALS[outcome].key].append(Run(speed, baseline=_bare_per_second()))
    return measured


def _rows_per_second(file: IO[bytes], rows: int, *, outcome: str) -> float:
    file.seek(0)
    started = time.perf_counter()
    result = import_clients(file.read, file_format=FileFormat.CSV)
    speed = rows_per_second(rows, since=started)
    assert getattr(result, outcome) == rows, result
    return speed


def _bare_per_second() -> float:
    with bare_table("directory_client", including="INCLUDING IDENTITY INCLUDING INDEXES") as cursor:
        with cursor.copy(f"COPY directory_client ({COLUMNS}) TO STDOUT") as copy:
            blocks = list(copy)
        started = time.perf_counter()
        with cursor.copy(f"COPY {NAME} ({COLUMNS}) FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
        return rows_per_second(cursor.rowcount, since=started)


@contextmanager
def _csv_file(rows: int, *, tag: str, seed: int = 1) -> Iterator[IO[bytes]]:
    """Clients in no order, in 100 groups of 50 tags each over four zones."""
    numbers = list(range(rows))
    random.Random(seed).shuffle(numbers)
    with tempfile.TemporaryFile() as file:
        file.write(b"phone,operator_code,tag,timezone\n")
        for number in numbers:
            phone, code, zone = 79_000_000_000 + number * 49, 900 + number % 100, ZONES[number % len(ZONES)]
            file.write(f"{phone},{code},{tag} {number % 50},{zone}\n".encode())
        yield file


def _remove_clients() -> None:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE directory_client")


BENCHMARK = Benchmark(name="B6", goals=tuple(GOALS.values()), measure=measure_client_import)
