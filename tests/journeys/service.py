"""The service as its administrator runs it: real processes, which the journeys start, stop and kill."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from notification_service.standalone.processes.free_port import any_free_port

ROOT = Path(__file__).parents[2]
TOKEN = "journey"
# Short, so that a journey sees a lease end, a request time out and a retry come.
SETTINGS = {
    "LEASE_SECONDS": "5",
    "REQUEST_TIMEOUT_SECONDS": "2",
    "CONNECT_TIMEOUT_SECONDS": "1",
    "RETRY_BASE_SECONDS": "0.2",
    "RETRY_CAP_SECONDS": "2",
    "SECRET_KEY": "journey",
}


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
        self.gateway_port = any_free_port()
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
        self._processes: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *arguments],
                cwd=ROOT,
                env=self.environment | environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes.append(process)
        return process

    def start_gateway(self, *options: str) -> subprocess.Popen[bytes]:
        arguments = ["--port", str(self.gateway_port), "--token", TOKEN, "--log", str(self.gateway_log)]
        return self.start("gateway", "notification_service.gateway_simulator", *arguments, *options)

    def start_worker(self, name: str = "worker", **environment: str) -> subprocess.Popen[bytes]:
        log = self.folder / f"{name}.log"
        ready = _count(log, "ready.")
        process = self.start(name, *_celery("worker", "-l", "info", "-n", f"{name}@%h"), **environment)
        wait_until(lambda: _count(log, "ready.") > ready or process.poll(), what=f"{name} being ready")
        assert process.poll() is None, log.read_text()[-2000:]
        return process

    def start_beat(self, name: str = "beat") -> subprocess.Popen[bytes]:
        return self.start(name, *_celery("beat", "-l", "info"))

    def set_gateway(self, **behaviour: object) -> None:
        """Have the gateway answer otherwise from now on; with nothing said it is well."""
        body = json.dumps(behaviour).encode()
        url = f"http://127.0.0.1:{self.gateway_port}/_simulator/behaviour"
        with urllib.request.urlopen(urllib.request.Request(url, data=body, method="PUT"), timeout=10):
            pass

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")

    def requests(self) -> dict[int, list[Request]]:
        """What the gateway received so far, by message."""
        received: dict[int, list[Request]] = defaultdict(list)
        log = self.gateway_log.read_text() if self.gateway_log.exists() else ""
        for line in log.split("\n")[:-1]:  # what follows the last newline is still being written
            entry = json.loads(line)
            request = Request(
                entry["msg_id"], str(entry["phone"]), float(entry["received_at"]), entry["answer"]
            )
            received[request.message_id].append(request)
        return received

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


def kill(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()


def _celery(*arguments: str) -> list[str]:
    return ["celery", "-A", "notification_service", *arguments]


def _count(log: Path, words: str) -> int:
    return log.read_text(errors="replace").count(words) if log.exists() else 0
