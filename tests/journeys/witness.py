"""Imported by a journey's worker: writes down from when to when each call ran."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun

CALLS_VARIABLE = "JOURNEY_CALLS"  # names the file


@dataclass(frozen=True, slots=True)
class Call:
    task: str
    began_at: float  # seconds since the epoch
    ended_at: float


def read_calls(path: Path) -> list[Call]:
    """Those that have ended, as they began."""
    lines = (line.split() for line in path.read_text().splitlines())
    calls = [Call(task, float(began), float(ended)) for task, began, ended in lines]
    return sorted(calls, key=lambda call: call.began_at)


def _write_calls(path: str) -> None:
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    began: dict[str, float] = {}

    def begin(task_id: str = "", **_: Any) -> None:
        began[task_id] = time.time()

    def end(task_id: str = "", task: Any = None, **_: Any) -> None:
        os.write(file, f"{task.name} {began.pop(task_id):.6f} {time.time():.6f}\n".encode())

    task_prerun.connect(begin, weak=False)
    task_postrun.connect(end, weak=False)


if path := os.environ.get(CALLS_VARIABLE):
    _write_calls(path)
