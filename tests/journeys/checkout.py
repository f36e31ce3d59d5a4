"""A checkout of the project with terminals in it, as somebody has who has just cloned it."""

import os
import shlex
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import psutil

from notification_service.standalone.local_http import responds
from notification_service.standalone.processes.pid_files import recorded_process
from tests.deploy.files import names_read_by_settings
from tests.journeys.production import Api
from tests.journeys.service import ROOT, TOKEN, wait_until
from tests.ports import free_port

PROGRAMS = Path(sys.executable).parent
SERVERS = ("postgres", "valkey")
MAILING = {
    "text": "Sale!",
    "start_at": "2026-01-01T00:00:00Z",
    "end_at": "2036-01-01T00:00:00Z",
    "filter": {"operator_codes": ["916"]},
}


def readme_block(heading: str, *, document: str = "README.md") -> str:
    """The lines for a terminal under that heading."""
    section = (ROOT / document).read_text(encoding="utf-8").partition(f"\n## {heading}\n")[2]
    return section.partition("```sh\n")[2].partition("```")[0]


def readme_command(word: str) -> tuple[str, ...]:
    """The one with that word, of those that are typed one by one."""
    lines = readme_block("Command by command").splitlines()
    [line] = [line for line in lines if word in line.split()]
    words = shlex.split(line, comments=True)
    return (words[0].removeprefix(".venv/bin/"), *words[1:])


class Checkout:
    """Its `.env` names the gateway, as the first reader of the README has it, and nothing else."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.web_port, self.flower_port, self.gateway_port = free_port(), free_port(), free_port()
        self._gateway_log = folder / "requests.ndjson"
        self._terminals: dict[str, subprocess.Popen[bytes]] = {}
        unset = names_read_by_settings()
        self.environment = {name: value for name, value in os.environ.items() if name not in unset}
        self.environment["PYTHONUNBUFFERED"] = "1"  # as at a terminal: what is said is there at once
        folder.mkdir()
        shutil.copy(ROOT / "manage.py", folder)
        shutil.copytree(ROOT / "notification_service", folder / "notification_service")
        gateway = f"TOKEN={TOKEN}\nGATEWAY_URL=http://127.0.0.1:{self.gateway_port}\n"
        (folder / ".env").write_text(gateway)
        (folder / ".venv").symlink_to(PROGRAMS.parent)

    @property
    def data_dir(self) -> Path:
        return self.folder / "var"

    def run(self, *command: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(command),
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def shell(self, script: str) -> subprocess.CompletedProcess[str]:
        """What somebody pastes, all of it at once."""
        return subprocess.run(
            ["sh", "-e", "-u", "-c", script],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=240,
        )

    def manage(self, *arguments: str, **environment: str) -> str:
        finished = self.run("python", "manage.py", *arguments, **environment)
        assert finished.returncode == 0, finished.stderr
        return finished.stdout.strip()

    def open_line(self, name: str, line: str) -> subprocess.Popen[bytes]:
        """As it is typed."""
        return self._open(name, ["sh", "-c", f"exec {line}"])

    def open(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        return self._open(name, self._command(command))

    def _open(self, name: str, command: list[str]) -> subprocess.Popen[bytes]:
        with self.log_path(name).open("ab") as log:
            self._terminals[name] = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self._terminals[name]

    def open_those_that_are_closed(self) -> None:
        """The commands of the README, a terminal each; and the gateway, somewhere."""
        simulator = ("--port", str(self.gateway_port), "--token", TOKEN, "--log", str(self._gateway_log))
        commands: dict[str, tuple[str, ...]] = {
            "gateway": ("python", "-m", "notification_service.gateway_simulator", *simulator),
            "web": (*readme_command("runserver"), str(self.web_port)),
            "worker": readme_command("worker"),
            "flower": (*readme_command("flower")[:-1], f"--port={self.flower_port}"),
        }
        for name, command in commands.items():
            if name not in self._terminals or self._terminals[name].poll() is not None:
                self.open(name, *command)

    def kill(self, name: str) -> None:
        """With all that the terminal runs, for nothing of it can end in order."""
        os.killpg(self._terminals[name].pid, signal.SIGKILL)
        self._terminals[name].wait()

    def close_all(self) -> None:
        for terminal in self._terminals.values():
            if terminal.poll() is None:
                os.killpg(terminal.pid, signal.SIGTERM)
        for name, terminal in self._terminals.items():
            try:
                terminal.wait(60)
            except subprocess.TimeoutExpired:
                self.kill(name)

    def keeper(self, server: str) -> psutil.Process | None:
        return recorded_process(self.data_dir / "run" / f"{server}.keeper")

    def server(self, server: str) -> psutil.Process:
        keeper = self.keeper(server)
        assert keeper
        [process] = keeper.children()
        return process

    def wait_until_servers_have_stopped(self) -> None:
        def stopped() -> bool:
            return not any(self._works_here(process) for process in psutil.process_iter(["name", "cwd"]))

        wait_until(stopped, what="the end of the servers")

    def _works_here(self, process: psutil.Process) -> bool:
        of_servers = process.info["name"] in ("postgres", "valkey-server")
        return of_servers and str(process.info["cwd"]).startswith(str(self.data_dir.resolve()))

    def send_mailing(self, key: str, *, port: int | None = None) -> int:
        """Its number, once the gateway has its only message."""
        url = f"http://127.0.0.1:{port or self.web_port}"
        wait_until(lambda: responds(f"{url}/health/live"), what="the web server's answer")
        api = Api(f"{url}/api", key)
        made: list[int] = []

        def made_it() -> bool:
            try:  # what was killed may be on its way back
                made.append(api.post("/mailings/", MAILING)["id"])
            except OSError:
                return False
            return True

        def is_sent() -> bool:
            try:
                return bool(api.get(f"/mailings/{made[0]}/")["messages"]["sent"])
            except OSError:
                return False

        wait_until(made_it, what="the mailing's creation")
        wait_until(is_sent, what="the mailing's end")
        return made[0]

    def requests(self) -> int:
        return self._gateway_log.read_text().count("\n") if self._gateway_log.exists() else 0

    def log_path(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _command(self, command: tuple[str, ...]) -> list[str]:
        program, *arguments = command
        return [str(PROGRAMS / program), *arguments]
