"""`manage.py up`: everything on this machine, from the folders to the last process, and back."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from notification_service.standalone import embedded
from notification_service.standalone.configuration import Configuration
from notification_service.standalone.env_file import read_env_file
from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.local_http import responds, workers_hear
from notification_service.standalone.preparation import Preparation
from notification_service.standalone.private_files import make_service_folders
from notification_service.standalone.processes.child import Child, last_log_line
from notification_service.standalone.processes.folder_lock import FolderLock
from notification_service.standalone.processes.free_port import any_free_port, first_free_port
from notification_service.standalone.processes.pid_files import stop_recorded_process
from notification_service.standalone.processes.signals import StopRequests
from notification_service.standalone.processes.supervisor import Supervisor
from notification_service.standalone.samples.clients import offer_samples
from notification_service.standalone.services import Services
from notification_service.standalone.shared_server import SharedServer
from notification_service.standalone.terminal import Terminal
from notification_service.standalone.web_address import WebAddress

FLOWER_PORT = 5555
WEB_READY_SECONDS = 60.0
WORKERS_READY_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class UpOptions:
    address: WebAddress
    port_is_named: bool  # else the next that is free will do
    workers: int
    data_dir: Path
    project_folder: Path
    configured: Mapping[str, str]  # variables, from the environment and the file at the root
    configured_data_dir: Path  # whose embedded.env the settings have read
    flower: bool
    samples: bool
    exit_after_sample: bool


def run(options: UpOptions) -> int:
    """Return the exit code. Raises StandaloneError if the service cannot start. All of it is stopped then."""
    os.umask(0o077)
    stop_requests = StopRequests()
    stop_requests.install()
    terminal = Terminal()
    supervisor = Supervisor(stop_requests, terminal.say)
    machine = Machine(options, supervisor, terminal, stop_requests)
    try:
        with stop_requests.interrupting():
            machine.start()
        code = machine.serve()
    except KeyboardInterrupt:
        code = int(options.exit_after_sample)
    finally:
        if stop_requests.count:
            terminal.say("stopping: what is under way is recorded first (Ctrl-C again: wait for nothing)")
        stop_requests.begin_stop()
        clean = supervisor.stop()
        machine.leave_servers()
    return code if clean else 1


class Machine:
    def __init__(
        self, options: UpOptions, supervisor: Supervisor, terminal: Terminal, stop_requests: StopRequests
    ) -> None:
        self._options = options
        self._address = options.address
        self._data_dir = options.data_dir
        self._supervisor = supervisor
        self._terminal = terminal
        self._stop_requests = stop_requests
        self._lock = FolderLock(options.data_dir / "up.lock")
        left = read_env_file(options.configured_data_dir / "embedded.env")
        self._configuration = Configuration(options.configured, left)
        self._ports: set[int] = set()  # which our processes take, but may not have taken yet
        self._places: dict[str, str] = {}
        self._servers: dict[str, SharedServer] = {}
        self._preparation = Preparation(options.data_dir)

    def start(self) -> None:
        self._refuse_samples_to_strangers()
        self._take_data_dir()
        self._take_web_port()
        self._begin_servers()
        self._choose_gateway()
        if self._preparation.is_done:
            # Loaded when the servers are there. Not told where that is, they join them as every command does.
            self._start_services()
            self._join_servers()
            self._prepare_database()
        else:
            self._join_servers()
            self._prepare_database()
            self._start_services()
        self._start_flower()
        self._wait_for_web()
        self._wait_for_workers()

    def serve(self) -> int:
        if self._options.samples:
            code = self._supervisor.run_task(self._sample_run())
            if self._options.exit_after_sample:
                return 1 if code is None else code
        self._terminal.show_places(self._places, self._first_steps())
        self._supervisor.run()
        return 0

    def leave_servers(self) -> None:
        for server in reversed(self._servers.values()):
            server.leave(is_hurried=lambda: self._stop_requests.is_impatient)

    @property
    def _services(self) -> Services:
        allowed_hosts = ",".join(self._address.allowed_hosts())
        return Services(
            project_folder=self._options.project_folder,
            data_dir=self._data_dir,
            environment=self._configuration.child_environment(
                self._data_dir, defaults={"ALLOWED_HOSTS": allowed_hosts}
            ),
        )

    @property
    def _credentials_path(self) -> Path:
        return self._data_dir / "credentials.env"

    def _refuse_samples_to_strangers(self) -> None:
        if self._options.samples and self._configuration.is_set("GATEWAY_URL"):
            raise StandaloneError("the sample mailing is for the bundled simulator alone: unset GATEWAY_URL")

    def _take_data_dir(self) -> None:
        make_service_folders(self._data_dir, project_folder=self._options.project_folder)
        self._lock.acquire(refusal=f"the service is already running on {self._data_dir}")
        for pid_path in (self._data_dir / "run").glob("*.pid"):
            stop_recorded_process(pid_path)

    def _take_web_port(self) -> None:
        if not self._options.port_is_named:
            self._address = self._options.address.or_next()
            self._say_if_taken(self._options.address.port, self._address.port, "the console")
        self._address.check_free()
        self._ports.add(self._address.port)

    def _say_if_taken(self, wanted: int, port: int, what: str) -> None:
        if port != wanted:
            self._terminal.say(f"port {wanted} is taken, so {what} is at port {port}")

    def _begin_servers(self) -> None:
        self._servers = embedded.servers_to_embed(self._configuration, self._data_dir, self._terminal.say)
        for server in self._servers.values():
            server.begin()

    def _join_servers(self) -> None:
        began_at = time.monotonic()
        embedded.join_servers(self._configuration, self._servers)
        for server in self._servers.values():
            self._terminal.tick(f"{server.title} runs", since=began_at)
        self._configuration.write(self._data_dir / "embedded.env")

    def _choose_gateway(self) -> None:
        embedded.keep_secret_key(self._configuration, self._data_dir)
        simulator_port = embedded.choose_gateway(self._configuration, self._data_dir, others=self._ports)
        if simulator_port is not None:
            self._ports.add(simulator_port)
            self._say_if_taken(embedded.SIMULATOR_PORT, simulator_port, "the gateway simulator")
            token_file = embedded.simulator_token_file(self._data_dir)
            self._supervisor.start(self._services.simulator(port=simulator_port, token_file=token_file))
            self._places["gateway simulator"] = f"http://127.0.0.1:{simulator_port}/"
        offer_samples(self._data_dir, is_safe=simulator_port is not None)

    def _prepare_database(self) -> None:
        self._terminal.say("bringing the database up to date")
        began_at = time.monotonic()
        before = read_env_file(self._credentials_path)
        task = self._services.preparation(gives_way=self._preparation.is_done)
        if self._supervisor.run_task(task) != 0:
            log_path = self._data_dir / "log" / "setup.log"
            reason = last_log_line(log_path).removeprefix("CommandError: ")
            raise StandaloneError(f"{reason} (see {log_path})")
        self._preparation.note_end()
        self._terminal.tick("the database is up to date", since=began_at)
        after = read_env_file(self._credentials_path)
        if after != before:
            self._terminal.show_credentials(after, self._credentials_path)

    def _start_services(self) -> None:
        services, address = self._services, self._address
        numbers = range(1, self._options.workers + 1)
        self._supervisor.start(*(services.worker(number) for number in numbers))
        self._supervisor.start(services.web(address))
        self._places |= {"console": f"{address.url}/", "API": f"{address.url}/docs/"}
        self._places |= {"credentials": str(self._credentials_path), "logs": str(self._data_dir / "log")}

    def _start_flower(self) -> None:
        if not self._options.flower:
            return
        port = first_free_port(FLOWER_PORT, others=self._ports) or any_free_port()
        self._say_if_taken(FLOWER_PORT, port, "Flower")
        credentials = read_env_file(self._credentials_path)
        user = credentials.get("ADMIN_USERNAME", "admin")
        # An administrator made elsewhere has a password that we do not know.
        password = credentials.get("ADMIN_PASSWORD") or credentials["API_KEY"]
        self._supervisor.start(self._services.flower(port=port, user=user, password=password))
        self._places["Flower"] = f"http://127.0.0.1:{port}/ (as {user})"

    def _wait_for_web(self) -> None:
        url, began_at = f"{self._address.url}/", time.monotonic()
        if not self._supervisor.run(until=lambda: responds(url), seconds=WEB_READY_SECONDS):
            log_path = self._data_dir / "log" / "web.log"
            raise StandaloneError(
                f"the web server does not answer, see {log_path}: {last_log_line(log_path)}"
            )
        self._terminal.tick("the web server responds", since=began_at)

    def _wait_for_workers(self) -> None:
        """A mailing that is made now begins now."""
        url, began_at = f"{self._address.url}/health/ready", time.monotonic()
        if self._supervisor.run(until=lambda: workers_hear(url), seconds=WORKERS_READY_SECONDS):
            self._terminal.tick("a worker hears calls", since=began_at)
        else:
            self._terminal.say(f"no worker hears a call yet, so mailings wait; {url} says when that changes")

    def _first_steps(self) -> list[str]:
        user = read_env_file(self._credentials_path).get("ADMIN_USERNAME")
        log_in = f"Log in to the console as {user}; the password is in {self._credentials_path.name}."
        has_simulator = "gateway simulator" in self._places
        load = "Load the sample clients there, or import" if has_simulator else "Import"
        return [
            log_in if user else "Log in to the console.",
            "See what became of the sample mailing." if self._options.samples else f"{load} a file of yours.",
            "See what the simulator received." if has_simulator else "Send a test message to yourself.",
        ]

    def _sample_run(self) -> Child:
        url = self._address.url
        return self._services.management_command("run_sample_mailing", f"--url={url}", to_terminal=True)
