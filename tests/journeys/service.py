"""The service as its administrator runs it: real processes, which the journeys start, stop and kill."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from tests.journeys.forked import ForkedProcess, may_be_forked
from tests.journeys.witness import CALLS_VARIABLE, Call, read_calls
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
TOKEN = "journey"
# Short, so that a journey sees a lease end, a request time out, a retry and a probe come.
SETTINGS = {
    "LEASE_SECONDS": "5",
    "REQUEST_TIMEOUT_SECONDS": "2",
    "CONNECT_TIMEOUT_SECONDS": "1",
    "RETRY_BASE_SECONDS": "0.2",
    "RETRY_CAP_SECONDS": "2",
    "PROBE_INTERVAL_SECONDS": "0.5",
    "POLL_SECONDS": "1",
    "SECRET_KEY": "a secret of these journeys alone",
}

Process = subprocess.Popen[bytes] | ForkedProcess


def wait_until(is_true: Callable[[], object], *, seconds: float = 60, what: str = "it") -> None:
    end = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > end:
            raise AssertionError(f"{what} has not come true within {seconds} s")
        time.sleep(0.05)


@dataclass(frozen=True, slots=True)
class Request:
    message_id: int
    phone: str
    received_at: float  # seconds since the epoch, by the gateway's clock
    answer: str


class Service:
    def __init__(self, folder: Path, *, database_url: str, broker_url: str) -> None:
        self.folder = folder
        self.gateway_port = free_port()
        self.gateway_log = folder / "requests.ndjson"
        self.environment = {
            **os.environ,
            **SETTINGS,
            "DATA_DIR": str(folder),
            "DATABASE_URL": database_url,
            "BROKER_URL": broker_url,
            "GATEWAY_URL": f"http://127.0.0.1:{self.gateway_port}",
            "GATEWAY_TOKEN": TOKEN,
        }
        self.worker_options: list[str] = []
        self._processes: list[Process] = []

    def start(self, name: str, module: str, *arguments: str, **environment: str) -> Process:
        """As `python -m` does."""
        log, environment = self.folder / f"{name}.log", self.environment | environment
        process: Process
        if may_be_forked(environment):
            process = ForkedProcess(module, *arguments, folder=ROOT, environment=environment, log=log)
        else:
            process = _start_python("-m", module, *arguments, environment=environment, log=log)
        self._processes.append(process)
        return process

    def start_gateway(self, *options: str) -> Process:
        arguments = ["--port", str(self.gateway_port), "--token", TOKEN, "--log", str(self.gateway_log)]
        return self.start("gateway", "notification_service.gateway_simulator", *arguments, *options)

    def start_worker(self, name: str = "worker", **environment: str) -> Process:
        [worker] = self.start_workers(name, **environment)
        return worker

    def start_workers(self, *names: str, **environment: str) -> list[Process]:
        """All at once; they are ready when this comes back."""
        were_ready = [self.log(name).count("ready.") for name in names]
        workers = [self.start(name, *_worker(name), *self.worker_options, **environment) for name in names]
        for name, ready, worker in zip(names, were_ready, workers, strict=True):
            self._wait_until_ready(name, worker, ready)
        return workers

    def start_witnessed_worker(self) -> Process:
        """One whose calls are written down."""
        self.worker_options = ["--include", "tests.journeys.witness"]
        return self.start_worker(**{CALLS_VARIABLE: str(self.folder / "calls.log")})

    def calls(self, task: str) -> list[Call]:
        """Those of witnessed workers that have ended, as they began."""
        return [call for call in read_calls(self.folder / "calls.log") if call.task == task]

    def call_at(self, task: str, moment: float) -> Call:
        """The one under way then, once it has ended: it may outlast the last of what it did."""

        def found() -> list[Call]:
            return [call for call in self.calls(task) if call.began_at <= moment <= call.ended_at]

        wait_until(found, what=f"the end of the call of {task}")
        return found()[0]

    def calls_in_vain(self, task: str, *, since: float, until: float) -> list[Call]:
        """Those that began and ended before the one under way at `until`."""
        calls = [call for call in self.calls(task) if call.began_at >= since]
        return list(takewhile(lambda call: call.ended_at < until, calls))

    def start_beat(self, name: str = "beat") -> Process:
        return self.start(name, *_celery("beat", "-l", "info"))

    def set_gateway(self, **behaviour: object) -> None:
        """Have the gateway answer otherwise from now on; with nothing said it is well."""
        body = json.dumps(behaviour).encode()
        url = f"http://127.0.0.1:{self.gateway_port}/_simulator/behaviour"
        with urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT"), timeout=10):
            pass

    def log(self, name: str) -> str:
        path = self.folder / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def requests(self) -> dict[int, list[Request]]:
        """What the gateway received so far, by message."""
        received: dict[int, list[Request]] = defaultdict(list)
        with suppress(OSError):  # where it runs, it writes down what it has received
            url = f"http://127.0.0.1:{self.gateway_port}/_simulator/stats"
            urllib.request.urlopen(url, timeout=2).close()
        log = self.gateway_log.read_text() if self.gateway_log.exists() else ""
        for line in log.split("\n")[:-1]:  # what follows the last newline is still being written
            entry = json.loads(line)
            request = Request(
                entry["msg_id"], str(entry["phone"]), float(entry["received_at"]), entry["answer"]
            )
            received[request.message_id].append(request)
        return received

    def times(self) -> list[float]:
        """When the gateway received each request, in their order."""
        return sorted(request.received_at for received in self.requests().values() for request in received)

    def fullest_window(self, *, seconds: float) -> int:
        """How many requests the fullest of all such windows holds, by the gateway's own log."""
        at = self.times()
        first = fullest = 0
        for last, moment in enumerate(at):
            while at[first] <= moment - seconds:
                first += 1
            fullest = max(fullest, last - first + 1)
        return fullest

    def stop(self) -> None:
        for process in self._processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self._processes:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def _wait_until_ready(self, name: str, worker: Process, were_ready: int) -> None:
        wait_until(
            lambda: self.log(name).count("ready.") > were_ready or worker.poll() is not None,
            what=f"{name} being ready",
        )
        assert worker.poll() is None, self.log(name)[-2000:]


def kill(process: Process) -> None:
    process.kill()
    process.wait()


def _start_python(*arguments: str, environment: Mapping[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def _worker(name: str) -> list[str]:
    return _celery("worker", "-l", "info", "-n", f"{name}@%h")


def _celery(*arguments: str) -> list[str]:
    return ["celery", "-A", "notification_service", *arguments]
