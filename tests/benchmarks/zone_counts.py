"""What counts by zone save, and what each change of clients pays: `python -m tests.benchmarks.zone_counts`.

Not in the table: it compares one statement with itself, with the triggers and without, in turns.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connection

from tests.benchmarks.bench import Options, bench
from tests.benchmarks.count_filters import INSERT

CLIENTS, CHUNK, TURNS = 1_000_000, 20_000, 5
CHANGE = "UPDATE directory_client SET attributes = attributes || '{\"seen\": 1}' WHERE id %% 50 = %s"
MOVE = "UPDATE directory_client SET timezone = 'Asia/Omsk' WHERE id %% 50 = %s"


def main() -> None:
    parser = argparse.ArgumentParser(prog="zone_counts", description=__doc__)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder), Options()):
        _run(INSERT, [given.clients])
        _run("VACUUM ANALYZE directory_client")
        _run("SET max_parallel_workers_per_gather = 0")  # whose time would not be seen
        _print_counts()
        for name, statement, undone in (("insert", INSERT, CHUNK), ("change", CHANGE, 7), ("move", MOVE, 9)):
            _print_cost(name, statement, undone)


def _print_counts() -> None:
    from notification_service.directory.models import Client
    from notification_service.directory.zone_counts import zone_counts
    from notification_service.mailings.reach import _by_zone

    for name, count in (("triggers", zone_counts), ("index", lambda: _by_zone(Client.objects.alive()))):
        print(f"{1000 * _median(count):8.1f} ms of CPU, all clients by zone, from {name}", flush=True)
    _print_forecast()


def _print_forecast() -> None:
    from datetime import timedelta

    from django.utils import timezone

    from notification_service.mailings.forecast import forecast_of_new

    now = timezone.now()
    fields = {"text": "x", "start_at": now, "end_at": now + timedelta(hours=1)}
    spent = _median(lambda: forecast_of_new(fields))
    print(f"{1000 * spent:8.1f} ms of CPU, a forecast with the count and the needed rate", flush=True)


def _print_cost(name: str, statement: str, value: int) -> None:
    spent: dict[str, list[float]] = {"ENABLE": [], "DISABLE": []}
    for _ in range(TURNS):
        for state, seconds in spent.items():
            for trigger in ("new", "changed"):
                _run(f"ALTER TABLE directory_client {state} TRIGGER count_zones_of_{trigger}")
            _run("BEGIN")
            seconds.append(_cpu(lambda: _run(_shifted(statement), [value])))
            _run("ROLLBACK")
    with_it, without = (statistics.median(seconds) for seconds in spent.values())
    print(f"{1000 * without:8.1f} ms of CPU, {name}; with the triggers {1000 * with_it:.1f} ms", flush=True)


def _shifted(statement: str) -> str:
    """Other phones than those that are there."""
    return statement.replace("79000000000", "79500000000")


def _run(statement: str, parameters: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _median(count: Callable[[], Any]) -> float:
    return statistics.median(_cpu(count) for _ in range(TURNS))


def _cpu(call: Callable[[], Any]) -> float:
    """Of this process and of its session's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    before = _used(pid)
    call()
    return _used(pid) - before


def _used(pid: int) -> float:
    nanoseconds = (Path(f"/proc/{each}/schedstat").read_text().split()[0] for each in (pid, "self"))
    return sum(map(int, nanoseconds)) / 1e9


if __name__ == "__main__":
    main()
