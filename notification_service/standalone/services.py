"""The commands of the service's own processes."""

import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from notification_service.standalone.processes.child import Child
from notification_service.standalone.web_address import WebAddress

PROJECT = "notification_service"
# The simulator's page tells what it received; at 200 bytes each this many fit into 20 MB.
SIMULATOR_KEEPS = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Makes children that share an environment and the project's folder as their working directory."""

    project_folder: Path
    data_dir: Path
    environment: Mapping[str, str]

    def web(self, address: WebAddress) -> Child:
        listen = (f"--host={address.host}", f"--port={address.port}")
        # Django is synchronous: threads that mostly wait for the database.
        shape = ("--interface=wsgi", "--workers=1", "--blocking-threads=16", "--no-access-log")
        return self._child("web", "-m", "granian", *shape, *listen, f"{PROJECT}.wsgi:application")

    def worker(self, number: int) -> Child:
        name = f"worker{number}"
        worker = self._child(name, "-m", f"{PROJECT}.worker", name)
        # Long enough for the requests under way (10 s each by default) and for recording them.
        # They take all the time there is: on one machine, the API and the console come first.
        return replace(worker, stop_seconds=30.0, launch_options=("--nice=5",))

    def flower(self, *, port: int, user: str, password: str) -> Child:
        # By the environment, because a command line can be read by every user of the machine.
        login = {"FLOWER_BASIC_AUTH": f"{user}:{password}"}
        options = ("--address=127.0.0.1", f"--port={port}")
        flower = self._child("flower", "-m", "celery", f"--app={PROJECT}", "flower", *options)
        return replace(flower, environment={**self.environment, **login})

    def simulator(self, *, port: int, token_file: Path) -> Child:
        options = (f"--port={port}", f"--token-file={token_file}", f"--keep={SIMULATOR_KEEPS}")
        return self._child("simulator", "-m", f"{PROJECT}.gateway_simulator", *options)

    def management_command(self, *arguments: str, to_terminal: bool = False) -> Child:
        child = self._child("setup", "-m", PROJECT, *arguments)
        return replace(child, log_path=None) if to_terminal else child

    def preparation(self, *, gives_way: bool) -> Child:
        """It gives way to what starts beside it."""
        child = self.management_command("prepare_database")
        return replace(child, launch_options=("--nice=5",)) if gives_way else child

    def _child(self, name: str, *arguments: str) -> Child:
        return Child(
            name=name,
            command=[sys.executable, *arguments],
            log_path=self.data_dir / "log" / f"{name}.log",
            environment=self.environment,
            folder=self.project_folder,
            pid_path=self.data_dir / "run" / f"{name}.pid",
            stop_signal=signal.SIGTERM,
        )
