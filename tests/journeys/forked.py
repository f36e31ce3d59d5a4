"""Our processes without the second of CPU that each spends on loading libraries.

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
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parents[2]
LIBRARIES = [
    *("celery.apps.beat", "celery.apps.worker", "celery.bin.celery", "celery.concurrency.thread"),
    *("celery.worker.components", "celery.worker.consumer"),
    *("aiofastnet", "aiohttp.web", "cryptography.x509", "granian", "httptools", "psutil", "rich.console"),
    *("django.core.mail.backends.smtp", "django.db.backends.postgresql.base"),
    *("django.db.migrations.executor", "django_filters", "opentelemetry.sdk.trace", "prometheus_client"),
    *("environs", "jwt", "kombu.transport.pyamqp", "kombu.transport.redis", "structlog", "uvloop"),
]
# Libraries, or Python itself, look at these while they load.
READ_AT_ONCE = ("LD_PRELOAD", "OTEL_", "PROMETHEUS_", "PYTHON")


class ForkedProcess:
    """As much of `subprocess.Popen` as a journey needs."""

    def __init__(
        self,
        program: str,
        *arguments: str,
        folder: Path,
        environment: Mapping[str, str],
        log: Path,
        errors: Path | None = None,
    ) -> None:
        """`program` is a module, or a file of Python; `errors` are in the log if they have no file."""
        context = get_context("forkserver")
        context.set_forkserver_preload(LIBRARIES)
        self._process: ForkServerProcess = context.Process(
            target=_run,
            args=([program, *arguments], str(folder), dict(environment), str(log), str(errors or log)),
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


def manage(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """`python manage.py …`, in a process of its own, to its end."""
    with TemporaryDirectory() as folder:
        output, errors = Path(folder) / "output", Path(folder) / "errors"
        process = ForkedProcess(
            "manage.py", *arguments, folder=ROOT, environment=environment, log=output, errors=errors
        )
        code = process.wait()
        return subprocess.CompletedProcess(arguments, code, output.read_text(), errors.read_text())


def _run(arguments: Sequence[str], folder: str, environment: dict[str, str], log: str, errors: str) -> None:
    os.setsid()
    for stream, path in ((1, log), (2, errors)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = list(arguments)
    try:
        if arguments[0].endswith(".py"):
            runpy.run_path(arguments[0], run_name="__main__")
        else:
            runpy.run_module(arguments[0], run_name="__main__", alter_sys=True)
    finally:
        atexit._run_exitfuncs()
