"""`manage.py up` in a folder of its own, as an administrator runs it, and what all its processes use."""

import json
import os
import signal
import sys
import urllib.request
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil

from notification_service.standalone.env_file import read_env_file
from notification_service.standalone.local_http import responds
from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.free_port import LOOPBACK
from tests.benchmarks.bench import ROOT, TOKEN, Bench
from tests.journeys.service import wait_until
from tests.ports import free_port

# What the bench has set for its own servers; `up` is to embed some.
NOT_INHERITED = ("DATABASE_URL", "BROKER_URL", "DATA_DIR", "SECRET_KEY", "DJANGO_SETTINGS_MODULE")
# By words of a command line, the first that is found.
PARTS = {
    "postgres": "PostgreSQL",
    "valkey": "Valkey",
    "granian": "web",
    " worker ": "worker",
    " beat ": "beat",
}
READY_SECONDS = 120


@dataclass(kw_only=True)
class WholeService:
    """One worker, no Flower, and a gateway that is somebody else's."""

    bench: Bench
    gateway_url: str
    port: int = field(default_factory=free_port)
    _child: Child | None = None

    @property
    def data_dir(self) -> Path:
        return self.bench.folder / "up"

    @property
    def url(self) -> str:
        return f"http://{LOOPBACK}:{self.port}"

    def launch(self) -> None:
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        where = (f"--data-dir={self.data_dir}", f"--port={self.port}")
        self._child = Child(
            name="up",
            command=[sys.executable, "manage.py", "up", "--no-flower", *where],
            log_path=self.bench.folder / "log" / "up.log",
            environment={**inherited, "GATEWAY_URL": self.gateway_url, "GATEWAY_TOKEN": TOKEN},
            folder=ROOT,
            stop_signal=signal.SIGTERM,
            stop_seconds=60,
        )
        self.bench.launch(self._child)

    def wait_until_ready(self) -> None:
        assert self._child
        self.bench.wait_for(self._child, lambda: responds(f"{self.url}/health/live"))
        wait_until(lambda: self._get("/health/ready"), seconds=READY_SECONDS, what="the workers")

    def stop(self) -> None:
        assert self._child
        self._child.stop()

    def post(self, path: str, **fields: Any) -> Any:
        key = read_env_file(self.data_dir / "credentials.env")["API_KEY"]
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        body = json.dumps(fields).encode()
        request = urllib.request.Request(f"{self.url}/api/{path}/", data=body, headers=headers)
        with urllib.request.urlopen(request, timeout=30) as response:
            return json.load(response)

    def post_mailing(self, *, starts_in: timedelta) -> datetime:
        """To everyone; return when it starts."""
        start = datetime.now(UTC) + starts_in
        end = start + timedelta(hours=1)
        self.post("mailings", text="Hello", start_at=start.isoformat(), end_at=end.isoformat())
        return start

    def _get(self, path: str) -> bool:
        try:
            urllib.request.urlopen(f"{self.url}{path}", timeout=5).close()
        except OSError:
            return False
        return True

    # what it uses

    def processes(self) -> Iterator[psutil.Process]:
        """All that were told of its folder, and their descendants: servers outlive what has started them."""
        seen: set[int] = set()
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if str(self.data_dir) not in " ".join(process.cmdline()):
                    continue
                for one in (process, *process.children(recursive=True)):
                    if one.pid not in seen:
                        seen.add(one.pid)
                        yield one

    def cpu_seconds(self) -> dict[str, float]:
        """By part, those of its processes included that ended and were waited for."""
        used: dict[str, float] = defaultdict(float)
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                used[_part(process)] += (
                    times.user + times.system + times.children_user + times.children_system
                )
        return used

    def megabytes(self) -> dict[str, float]:
        """By part: what each has alone, and its share of what it has together with others."""
        used: dict[str, float] = defaultdict(float)
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                memory = process.memory_full_info()
                used[_part(process)] += getattr(memory, "pss", memory.uss) / 1e6
        return used


def _part(process: psutil.Process) -> str:
    command = " ".join(process.cmdline())
    return next((part for word, part in PARTS.items() if word in command), "up")
