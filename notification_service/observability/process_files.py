"""The metrics of processes that share a folder (`PROMETHEUS_MULTIPROC_DIR`), with those that have ended.

prometheus_client keeps a file for each process for ever. Here the files of ended processes are added up in
one, so that counters never fall and the folder stays small however often processes are started.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

ENDED = "ended"


def exposition(folder: Path) -> bytes:
    """Return what all processes of the folder have counted, in Prometheus's text format."""
    with _alone(folder):
        _fold_ended(folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(folder))  # type: ignore[no-untyped-call]
        return generate_latest(registry)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """A scrape while another one is adding up would count ended processes twice."""
    with (folder / "lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _fold_ended(folder: Path) -> None:
    for path in folder.glob("*.db"):
        kind, _, process = path.stem.rpartition("_")
        if process == ENDED or _is_alive(int(process)):
            continue
        if not kind.startswith("gauge_"):  # a value at a process's end says nothing about now
            _add(path, to=folder / f"{kind}_{ENDED}.db")
        path.unlink()


def _add(path: Path, *, to: Path) -> None:
    values = MmapedDict(str(to))  # type: ignore[no-untyped-call]
    try:
        for key, value, _, _ in MmapedDict.read_all_values_from_file(str(path)):  # type: ignore[no-untyped-call]
            values.write_value(key, values.read_value(key)[0] + value, 0.0)  # type: ignore[no-untyped-call]
    finally:
        values.close()  # type: ignore[no-untyped-call]


def _is_alive(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
