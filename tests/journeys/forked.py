"""Celery's processes without the second of CPU that each spends on loading libraries.

They are forked from a process that has loaded them, and nothing of ours: what a worker reads from its
environment, it reads after the fork. Signals, sessions and exit codes are those of any process.
"""

import atexit
import os
import runpy
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

LIBRARIES = [
    *("celery.apps.beat", "celery.apps.worker", "celery.bin.celery", "celery.concurrency.thread"),
    *("celery.worker.components", "celery.worker.consumer"),
    *("django.core.mail.backends.smtp", "django.db.backends.postgresql.base"),
    *("django.db.migrations.executor", "django_filters"),
    *("environs", "jwt", "kombu.transport.pyamqp", "kombu.transport.redis", "structlog", "uvloop"),
]
# Libraries, or Python itself, look at these while they load.
READ_AT_ONCE = ("LD_PRELOAD", "OTEL_", "PROMETHEUS_", "PYTHON")


class ForkedProcess:
    """As much of `subprocess.Popen` as a journey needs."""

    def __init__(self, module: str, *arguments: str, folder: Path, environment: Mapping[str, str], log: Path):
        context = get_context("forkserver")
        context.set_forkserver_preload(LIBRARIES)
        self._process: ForkServerProcess = context.Process(
            target=_run, args=([module, *arguments], str(folder), dict(environment), str(log))
        )
        self._process.start()
        assert self._process.pid
        self.pid = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("a forked process", timeout or 0)
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def may_be_forked(environment: Mapping[str, str]) -> bool:
    """Whether libraries find what they found when they were loaded."""
    names = {name for name in {*environment, *os.environ} if name.startswith(READ_AT_ONCE)}
    return all(environment.get(name) == os.environ.get(name) for name in names)


def _run(arguments: Sequence[str], folder: str, environment: dict[str, str], log: str) -> None:
    os.setsid()
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    for stream in (1, 2):
        os.dup2(output, stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(arguments)
    try:
        runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()
