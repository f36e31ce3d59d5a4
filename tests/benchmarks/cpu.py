"""Processor time of process trees, to tell where a message's microseconds go."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

import psutil


def cpu_seconds(pid: int) -> float:
    """Of the process, its descendants, and those of them that ended and were waited for."""
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        root = psutil.Process(pid)
        for process in (root, *root.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
    return total


@contextmanager
def cpu_used(pids: Mapping[str, int]) -> Iterator[dict[str, float]]:
    """Seconds by name, filled in at the end of the block."""
    before = {name: cpu_seconds(pid) for name, pid in pids.items()}
    used: dict[str, float] = {}
    yield used
    used.update({name: cpu_seconds(pid) - before[name] for name, pid in pids.items()})
