"""`make bench`: measures on this machine, with servers of its own, and prints a table."""

import argparse
import os
import platform
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from notification_service.standalone.postgres import EmbeddedPostgres
from notification_service.standalone.valkey import EmbeddedValkey

TARGET = 0.75  # of the bare loop, DESIGN.md's B1


@contextmanager
def servers(folder: Path) -> Iterator[tuple[str, str]]:
    postgres, valkey = EmbeddedPostgres(folder), EmbeddedValkey(folder)
    postgres.start()
    valkey.start()
    try:
        yield postgres.url, valkey.url
    finally:
        valkey.stop()
        postgres.stop()


def set_up_django(database_url: str, broker_url: str, folder: Path) -> None:
    os.environ.update(
        DATABASE_URL=database_url,
        BROKER_URL=broker_url,
        DATA_DIR=str(folder),
        API_RATE_LIMIT="0",
        LOG_LEVEL="WARNING",
        DJANGO_SETTINGS_MODULE="notification_service.settings",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--clients", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, servers(Path(name)) as (database_url, broker_url):
        set_up_django(database_url, broker_url, Path(name))
        print_sends(Path(name), database_url, broker_url, clients=options.clients, runs=options.runs)


def print_sends(folder: Path, database_url: str, broker_url: str, *, clients: int, runs: int) -> None:
    from tests.benchmarks.sends import CONCURRENCY, measure_sends
    from tests.benchmarks.stub_gateway import stub_gateway
    from tests.journeys.service import Service

    service = Service(folder, database_url=database_url, broker_url=broker_url)
    service.environment["LEASE_SECONDS"] = "30"
    service.environment["REQUEST_TIMEOUT_SECONDS"] = "10"
    with stub_gateway(folder) as (url, stub):
        try:
            sends = measure_sends(service, gateway_url=url, clients=clients, runs=runs)
        finally:
            service.stop()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.platform(terse=True)}"
    title = f"B1: {clients:,} clients, {CONCURRENCY} connections, {stub} on the same machine ({machine})"
    table = Table("", "min", "median", "max", title=title)
    rows = {"bare client's loop, requests/s": sends.bare, "recorded sends/s": sends.product}
    for label, figures in rows.items():
        summary = (min(figures), statistics.median(figures), max(figures))
        table.add_row(label, *(f"{figure:,.0f}" for figure in summary))
    table.add_row("ratio, median of runs", "", f"{sends.ratio:.2f}", f"target {TARGET}")
    Console().print(table)


if __name__ == "__main__":
    main()
