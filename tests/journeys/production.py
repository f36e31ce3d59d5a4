"""The containers of compose.yaml as processes: their own commands, with servers and ports of this machine."""

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Collection
from pathlib import Path
from typing import Any

import yaml
from celery import Celery

from notification_service.standalone.processes.free_port import LOOPBACK, is_free
from tests.journeys.service import ROOT
from tests.ports import free_port

TOKEN = "a token"
FLOWER_LOGIN = "operator:a password"
# What settings would read from the environment of whoever runs the tests.
CONFIGURED = ("DATA", "BROKER_URL", "GATEWAY_", "TOKEN", "SECRET_KEY", "ALLOWED_HOSTS", "DEBUG", "LOG_")


class Containers:
    def __init__(self, folder: Path, *, database_url: str, broker_url: str) -> None:
        self.folder = folder
        self.web_port, self.flower_port, self.gateway_port = (free_port() for _ in range(3))
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(CONFIGURED)}
        self._environment = inherited | {
            # As in the image, whose packages are its only ones.
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "PYTHONDONTWRITEBYTECODE": "1",
            "LOG_FORMAT": "json",
            "GRANIAN_HOST": LOOPBACK,
            "GRANIAN_PORT": str(self.web_port),
            "HOSTNAME": socket.gethostname(),
            # What compose.yaml and .env give.
            "DEBUG": "false",
            "SECRET_KEY": "a secret of this journey alone",
            "DATABASE_URL": database_url,
            "BROKER_URL": broker_url,
            "GATEWAY_URL": f"http://{LOOPBACK}:{self.gateway_port}",
            "GATEWAY_TOKEN": TOKEN,
            "POLL_SECONDS": "1",  # a journey waits for silences, and for calls
            "FLOWER_BASIC_AUTH": FLOWER_LOGIN,
            "DATA_DIR": str(folder / "data"),  # which is not there: nothing of `manage.py up` is found
        }
        self._services: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def start(self, service: str) -> subprocess.Popen[bytes]:
        return self._start(service, service, self.command(service))

    def start_another_worker(self, name: str, *, broker_url: str) -> subprocess.Popen[bytes]:
        """Named, because it has no host name of its own."""
        command = [*self.command("worker"), "-n", f"{name}@%h"]
        return self._start(name, "worker", command, BROKER_URL=broker_url)

    def _start(self, name: str, service: str, command: list[str], **more: str) -> subprocess.Popen[bytes]:
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment_of(service) | more,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._processes[name] = process
        return process

    def run(self, *command: str) -> str:
        """As `docker compose exec web …`; what it prints."""
        finished = subprocess.run(
            command, cwd=ROOT, env=self._environment, check=True, capture_output=True, text=True, timeout=60
        )
        return finished.stdout.strip()

    def command(self, service: str) -> list[str]:
        ports = {
            "--port=5555": f"--port={self.flower_port}",
            "--host=0.0.0.0": f"--host={LOOPBACK}",
            "--port=8025": f"--port={self.gateway_port}",
        }
        return [ports.get(word, word) for word in self._services[service]["command"]]

    def is_healthy(self, service: str) -> bool:
        """By the check of compose.yaml, or of the Dockerfile where that has none."""
        test = self._services[service].get("healthcheck", {}).get("test") or ["CMD", *dockerfile_check()]
        kind, *check = (self._with_our_ports(word.replace("$$", "$")) for word in test)
        command = ["sh", "-c", *check] if kind == "CMD-SHELL" else check
        environment = self._environment_of(service)
        checked = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
        return checked.returncode == 0

    def listens(self, port: int) -> bool:
        return not is_free(port)

    def runs(self, name: str) -> bool:
        return self._processes[name].poll() is None

    def worker_is_ready(self, name: str) -> bool:
        return "ready." in self.log(name).read_text()

    def lost_the_broker(self, name: str) -> bool:
        """Whether that is the last that it said of it."""
        lost, found = map(self.log(name).read_text().rfind, ("broker not heard", "broker heard"))
        return lost > found

    def calls_heard(self, task: str, nodes: Collection[str]) -> dict[str, int]:
        """How often each worker that answers has run the task since it started, by its name."""
        with Celery(broker=self._environment["BROKER_URL"], set_as_current=False) as app:
            app.conf.update(control_queue_exclusive=False, control_queue_durable=True)  # as ours has them
            stats: dict[str, Any] = app.control.inspect(limit=len(nodes), timeout=5).stats() or {}
        return {node.partition("@")[0]: one["total"].get(task, 0) for node, one in stats.items()}

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def stop(self) -> dict[str, int]:
        """As `docker compose stop`; the exit codes of what still ran."""
        running = {name: process for name, process in self._processes.items() if process.poll() is None}
        for process in running.values():
            process.send_signal(signal.SIGTERM)
        return {name: _wait(process) for name, process in running.items()}

    def stop_one(self, name: str, *, seconds: float) -> int:
        """As `docker compose stop`, of one alone; its exit code."""
        self._processes[name].send_signal(signal.SIGTERM)
        return self._processes[name].wait(seconds)

    def _environment_of(self, service: str) -> dict[str, str]:
        own = self._services[service].get("environment", {})
        return self._environment | {name: own[name] for name in own if name.startswith("GRANIAN_")}

    def _with_our_ports(self, text: str) -> str:
        ports = {"8000": self.web_port, "5555": self.flower_port, "8025": self.gateway_port}
        return re.sub("|".join(ports), lambda found: str(ports[found[0]]), text)


class Api:
    def __init__(self, url: str, key: str) -> None:
        self.url = url
        self.headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}

    def post(self, path: str, body: object) -> Any:
        return self._call(path, json.dumps(body).encode())

    def post_csv(self, path: str, text: str) -> Any:
        return self._call(path, text.encode(), **{"Content-Type": "text/csv"})

    def get(self, path: str) -> Any:
        return self._call(path, None)

    def _call(self, path: str, body: bytes | None, **headers: str) -> Any:
        request = urllib.request.Request(f"{self.url}{path}", data=body, headers=self.headers | headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.load(answer)


def page(url: str, *, login: str) -> str:
    credentials = base64.b64encode(login.encode()).decode()
    request = urllib.request.Request(url, headers={"Authorization": f"Basic {credentials}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        text: str = answer.read().decode()
    return text


def dockerfile_check() -> list[str]:
    text = (ROOT / "Dockerfile").read_text()
    command = text.partition("HEALTHCHECK")[2].partition("CMD ")[2].splitlines()[0]
    check: list[str] = json.loads(command)
    return check


def _wait(process: subprocess.Popen[bytes]) -> int:
    try:
        return process.wait(45)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise
