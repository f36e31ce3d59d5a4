"""B6: rows a second of a CSV import, through the same call as `import_clients`.

The database is the one that DATABASE_URL names. Its clients are removed before and after.
"""

import random
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO

from django.db import connection

from notification_service.mailings.client_import import FileFormat, import_clients

ROWS = 200_000
ZONES = ["Europe/Kaliningrad", "Europe/Moscow", "Asia/Omsk", "Asia/Vladivostok"]


@dataclass(frozen=True, slots=True)
class ImportSpeed:
    """Rows a second of the same phones: all new, then all changed, then all as they are."""

    created: float
    updated: float
    unchanged: float


def measure_client_import(*, rows: int = ROWS, seed: int = 1) -> ImportSpeed:
    with _csv_file(rows, tag="old", seed=seed) as old, _csv_file(rows, tag="new", seed=seed) as new:
        _remove_clients()
        try:
            return ImportSpeed(
                created=_rows_per_second(old, rows, outcome="created"),
                updated=_rows_per_second(new, rows, outcome="updated"),
                unchanged=_rows_per_second(new, rows, outcome="unchanged"),
            )
        finally:
            _remove_clients()


def _rows_per_second(file: IO[bytes], rows: int, *, outcome: str) -> float:
    file.seek(0)
    started = time.perf_counter()
    result = import_clients(file.read, file_format=FileFormat.CSV)
    seconds = time.perf_counter() - started
    assert getattr(result, outcome) == rows, result
    return rows / seconds


@contextmanager
def _csv_file(rows: int, *, tag: str, seed: int) -> Iterator[IO[bytes]]:
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
        cursor.execute("TRUNCATE mailings_client")
