"""Loads the sample clients, runs a mailing to them and shows what becomes of its messages."""

import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from notification_service.standalone.samples.api import SampleApi
from notification_service.standalone.samples.clients import CLIENT_COUNT, TAGS, sample_clients_csv

TEXT = "A sample message of the notification service."
POLL_SECONDS = 0.2
FINAL_STATUSES = ("finished", "cancelled")

Counts = Mapping[str, int]


class Followed(Protocol):
    def mailing(self, mailing_id: int) -> Any:
        """`{"status": ..., "messages": Counts}`; `waits_for` is which gateway, and why."""
        ...


def run_sample_mailing(api: SampleApi, console: Console) -> bool:
    """Return True if the mailing ended with a sent message for each of the sample clients."""
    load_clients(api, console)
    mailing_id = api.create_mailing(TEXT, TAGS)
    console.print(f"mailing {mailing_id} to {CLIENT_COUNT:,} sample clients", highlight=False)
    started_at = time.monotonic()
    show = follow_with_bar if console.is_terminal else follow_in_lines
    counts = show(api, mailing_id, console)
    seconds = time.monotonic() - started_at
    console.print(f"ended after {seconds:.1f} s: {describe(counts)}", highlight=False)
    return counts["sent"] == counts["total"] == CLIENT_COUNT


def load_clients(api: SampleApi, console: Console) -> None:
    if api.audience(TAGS) == CLIENT_COUNT:
        return
    console.print(f"loading {CLIENT_COUNT:,} sample clients", highlight=False)
    api.import_clients(sample_clients_csv())


def follow_with_bar(api: Followed, mailing_id: int, console: Console) -> Counts:
    columns = (BarColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("starting", total=None)
        return follow(
            api,
            mailing_id,
            lambda counts, line: progress.update(
                task, total=counts["total"] or None, completed=counts["sent"], description=line
            ),
        )


def follow_in_lines(api: Followed, mailing_id: int, console: Console) -> Counts:
    last = ""

    def print_change(_counts: Counts, line: str) -> None:
        nonlocal last
        if line != last:
            console.print(line, highlight=False, markup=False, soft_wrap=True)
        last = line

    return follow(api, mailing_id, print_change)


def follow(api: Followed, mailing_id: int, show: Callable[[Counts, str], None]) -> Counts:
    while True:
        mailing = api.mailing(mailing_id)
        counts: Counts = mailing["messages"]
        waits_for = mailing.get("waits_for", "")
        show(counts, f"{describe(counts)}; {waits_for}" if waits_for else describe(counts))
        if mailing["status"] in FINAL_STATUSES:
            return counts
        time.sleep(POLL_SECONDS)


def describe(counts: Counts) -> str:
    parts = [f"{count:,} {status}" for status, count in counts.items() if count and status != "total"]
    return ", ".join(parts) or "no messages yet"
