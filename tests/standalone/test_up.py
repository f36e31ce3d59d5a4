"""`manage.py up` as its user sees it: real processes, signals and exit codes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest
from django.core.management import CommandError, call_command

from notification_service.standalone import command_line
from notification_service.standalone.env_file import read_env_file
from notification_service.standalone.local_http import responds, workers_hear
from notification_service.standalone.processes.free_port import NEXT_PORTS, first_free_port
from notification_service.standalone.web_address import WebAddress
from tests.journeys import hostile
from tests.ports import free_port

from .waiting import mode_of, runs, wait_for

PROJECT = Path(__file__).parents[2]
CONFIGURED = ("DATABASE_URL", "BROKER_URL", "GATEWAY_URL", "GATEWAY_TOKEN", "TOKEN", "SECRET_KEY", "DATA_DIR")
START_SECONDS = 180.0
STEPS = {
    "PostgreSQL runs",
    "Valkey runs",
    "the database is up to date",
    "the web server responds",
    "a worker hears calls",
}


@dataclass
class Up:
    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[str] | None = None

    def start(self) -> None:
        self.kill()
        self.process = subprocess.Popen(
            self.command,
            env=self.full_environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command, env=self.full_environment, capture_output=True, text=True, check=False, timeout=60
        )

    @property
    def command(self) -> list[str]:
        options = [f"--data-dir={self.data_dir}", f"--port={self.port}", "--no-flower"]
        return [sys.executable, str(PROJECT / "manage.py"), "up", *options]

    @property
    def full_environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name not in CONFIGURED}
        # The folder whose embedded.env settings read; without it a service running here would be found.
        return {**inherited, "DATA_DIR": str(self.data_dir), **self.environment}

    def wait_until_it_serves(self) -> None:
        process = self.process
        assert process is not None
        url = f"http://127.0.0.1:{self.port}/"
        wait_for(lambda: process.poll() is not None or responds(url), seconds=START_SECONDS)
        assert process.poll() is None, process.communicate()[0]

    def wait_until_it_says_so(self) -> list[str]:
        """Its lines until then."""
        assert self.process is not None
        assert self.process.stdout is not None
        lines: list[str] = []
        for line in self.process.stdout:
            lines.append(line)
            if "/docs/" in line:
                return lines
        raise AssertionError(lines)

    def stop(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=60)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.communicate()

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        return psutil.Process(self.process.pid).children(recursive=True)


@pytest.fixture(scope="module")
def one_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """In an environment that was made for others; a `granian` of theirs is no program of ours."""
    folder = tmp_path_factory.mktemp("serving")
    (folder / "granian.py").write_text("raise SystemExit('this is not granian')")
    up = Up(folder / "data", hostile.OF_EVERYBODY | {"PYTHONPATH": str(folder)})
    yield up
    up.kill()


@pytest.fixture
def serving(one_up: Up) -> Up:
    """Started where no test has left it running."""
    if one_up.process is None or one_up.process.poll() is not None:
        one_up.start()
        one_up.wait_until_it_serves()
    return one_up


def test_a_second_up_on_the_same_folder_is_refused(serving: Up) -> None:
    refused = Up(serving.data_dir).run()
    expected = f"CommandError: the service is already running on {serving.data_dir}\n"
    assert (refused.returncode, refused.stderr) == (1, expected)


def test_manage_py_in_another_terminal_finds_the_running_service(serving: Up) -> None:
    url = read_env_file(serving.data_dir / "embedded.env")["DATABASE_URL"]
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT username FROM auth_user").fetchall() == [("admin",)]
    assert mode_of(serving.data_dir / "embedded.env") == 0o600


def test_the_first_credentials_are_readable_by_their_owner_alone(serving: Up) -> None:
    path = serving.data_dir / "credentials.env"
    assert set(read_env_file(path)) == {"ADMIN_USERNAME", "ADMIN_PASSWORD", "API_KEY", "RECEIPT_KEY"}
    assert mode_of(path) == 0o600


def test_a_killed_service_is_up_again_once_a_worker_hears_and_stops_cleanly(serving: Up) -> None:
    credentials = (serving.data_dir / "credentials.env").read_bytes()
    orphans = serving.children()
    serving.stop(signal.SIGKILL)
    serving.start()
    said = "".join(serving.wait_until_it_says_so())
    assert set(re.findall(r"^ok (.+) \(\d+\.\d s\)$", said, re.MULTILINE)) == STEPS
    assert workers_hear(f"http://127.0.0.1:{serving.port}/health/ready")
    children = serving.children()
    assert serving.stop(signal.SIGTERM) == 0
    assert serving.process is not None
    assert serving.process.stdout is not None
    assert "stopping: what is under way is recorded first" in serving.process.stdout.read()
    assert [child for child in orphans + children if runs(child.pid)] == []
    assert (serving.data_dir / "credentials.env").read_bytes() == credentials


def test_a_taken_port_ends_the_start_before_any_file_is_made(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        up = Up(tmp_path / "data")
        up.port = server.getsockname()[1]
        finished = up.run()
    assert finished.returncode == 1
    expected = f"cannot listen on 127.0.0.1:{up.port} (Address already in use): choose another --port"
    assert finished.stderr == f"CommandError: {expected}\n"
    assert not (up.data_dir / "postgres").exists()


def test_a_port_that_nobody_named_gives_way_to_the_next(tmp_path: Path) -> None:
    options = {"host": "127.0.0.1", "port": None, "workers": 1, "data_dir": tmp_path}
    options |= dict.fromkeys(("no_flower", "samples", "exit_after_sample"), False)
    assert not command_line.chosen(options, {}).port_is_named
    assert command_line.chosen(options | {"port": 8000}, {}).port_is_named
    taken = free_port()
    with socket.create_server(("127.0.0.1", taken)):
        assert taken < WebAddress("127.0.0.1", taken).or_next().port < taken + NEXT_PORTS


def test_a_port_that_one_of_ours_will_take_is_not_given_to_another() -> None:
    port = free_port()
    assert first_free_port(port, others={port}) != port


def test_an_unreachable_database_is_reported_in_one_line(tmp_path: Path) -> None:
    nobody = f"postgresql://127.0.0.1:{free_port()}/none"
    finished = Up(tmp_path / "data", {"DATABASE_URL": nobody}).run()
    assert finished.returncode == 1
    assert finished.stderr.startswith("CommandError: the database cannot be used: ")
    assert finished.stderr.count("\n") == 1


@pytest.mark.parametrize(("option", "value"), [("--port", "70000"), ("--workers", "0")])
def test_an_invalid_option_is_refused(tmp_path: Path, option: str, value: str) -> None:
    with pytest.raises(CommandError, match=f"^{option} must be [^\\n]*$"):
        call_command("up", f"--data-dir={tmp_path}", f"{option}={value}")


def test_an_option_of_django_s_own_is_left_to_django(tmp_path: Path) -> None:
    assert command_line.main([f"--data-dir={tmp_path}", "--port=0", "--traceback"]) is None


def test_the_command_line_refuses_an_invalid_option_in_one_line(tmp_path: Path) -> None:
    up = Up(tmp_path / "data", port=70000)
    finished = up.run()
    assert (finished.returncode, finished.stdout) == (1, "")
    assert finished.stderr == "CommandError: --port must be 1 to 65535, not 70000\n"
