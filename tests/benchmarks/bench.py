"""The place a benchmark measures in: servers and processes of its own, all ended with it.

The processes are those of `manage.py up`, started by the same commands; each dies with this one.
"""

import os
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.processes.child import Child, last_log_line
from notification_service.standalone.processes.free_port import LOOPBACK
from notification_service.standalone.services import Services
from notification_service.standalone.valkey.server import EmbeddedValkey
from notification_service.standalone.web_address import WebAddress
from tests.journeys.service import wait_until
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
TOKEN = "bench"


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    runs: int = 3
    scale: float = 1.0
    workers: int = 2


@dataclass(kw_only=True)
class Bench:
    folder: Path
    options: Options
    database_url: str
    broker_url: str
    postgres_pid: int
    broker_pid: int
    notes: list[str] = field(default_factory=list)
    _children: list[Child] = field(default_factory=list)

    @property
    def runs(self) -> range:
        return range(self.options.runs)

    def scaled(self, count: int, *, least: int = 1) -> int:
        return max(least, round(count * self.options.scale))

    def note(self, line: str) -> None:
        """Printed below the table."""
        self.notes.append(line)

    # processes

    def start_workers(self, count: int, *, gateway_url: str, **environment: str) -> dict[str, int]:
        """Their process ids by name; they answer calls when this comes back."""
        services = self._services(GATEWAY_URL=gateway_url, **environment)
        workers = [services.worker(number) for number in range(1, count + 1)]
        for worker in workers:
            self.launch(worker)
        for worker in workers:
            self.wait_for(worker, lambda worker=worker: _has_said(worker, "ready."))  # type: ignore[misc]
        return {worker.name: worker.pid for worker in workers if worker.pid}

    def start_beat(self) -> int:
        return self.launch(replace(self._services().management_command("beat", "--pidfile="), name="beat"))

    def start_web(self) -> str:
        """The base URL of a web server as `manage.py up` runs it."""
        address = WebAddress(LOOPBACK, free_port())
        web = self._services().web(address)
        self.launch(web)
        self.wait_for(web, lambda: _answers(f"{address.url}/health/live"))
        return address.url

    def launch(self, child: Child) -> int:
        for folder in ("log", "run"):
            (self.folder / folder).mkdir(exist_ok=True)
        child.launch()
        self._children.append(child)
        assert child.pid is not None
        return child.pid

    def wait_for(self, child: Child, is_ready: Callable[[], object]) -> None:
        wait_until(lambda: is_ready() or not child.is_running(), what=f"{child.name} being ready")
        if not child.is_running():
            reason = last_log_line(child.log_path) if child.log_path else ""
            raise RuntimeError(f"{child.name} ended: {reason}")

    @contextmanager
    def processes(self) -> Iterator[None]:
        """What is started in the block ends with it."""
        before = len(self._children)
        try:
            yield
        finally:
            started = self._children[before:]
            del self._children[before:]
            for child in started:
                child.request_stop()
            for child in started:
                child.stop()

    def _services(self, **environment: str) -> Services:
        return Services(
            project_folder=ROOT,
            data_dir=self.folder,
            environment={**os.environ, "GATEWAY_TOKEN": TOKEN, **environment},
        )


@contextmanager
def bench(folder: Path, options: Options) -> Iterator[Bench]:
    """Django is set up in this process, against a new database."""
    postgres, valkey = EmbeddedPostgres(folder), EmbeddedValkey(folder)
    try:
        postgres.start()
        valkey.start()
        _set_up_django(folder, {"DATABASE_URL": postgres.url, "BROKER_URL": valkey.url})
        assert postgres.pid is not None
        assert valkey.pid is not None
        place = Bench(
            folder=folder,
            options=options,
            database_url=postgres.url,
            broker_url=valkey.url,
            postgres_pid=postgres.pid,
            broker_pid=valkey.pid,
        )
        with place.processes():
            yield place
    finally:
        valkey.stop()
        postgres.stop()


def _set_up_django(folder: Path, urls: Mapping[str, str]) -> None:
    os.environ.update(
        urls,
        DATA_DIR=str(folder),
        SECRET_KEY="a secret of the benchmarks alone",
        API_RATE_LIMIT="1000000",  # which is counted as any other, and never reached
        DJANGO_SETTINGS_MODULE="notification_service.settings",
    )
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _has_said(child: Child, words: str) -> bool:
    return (
        child.log_path is not None
        and child.log_path.exists()
        and words in child.log_path.read_text(errors="replace")
    )


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2).close()
    except OSError:
        return False
    return True
