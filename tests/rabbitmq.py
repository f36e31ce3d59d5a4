"""A private RabbitMQ node on loopback, from Debian's package: another broker to run the service with.

It is started as the user who runs the tests, so not by Debian's own starter, which wants root or `rabbitmq`.
Unlike the package's node it shares nothing: neither data, cookie and log, nor the port mapper (epmd).
"""

import contextlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from kombu import Connection

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.private_files import kept_secret, make_private_folder, write_private_file
from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.embedded_server import EmbeddedServer
from notification_service.standalone.processes.free_port import LOOPBACK
from tests.ports import free_port

FOLDERS = "/usr/lib/rabbitmq/bin:/usr/local/sbin:/opt/homebrew/sbin:/usr/sbin"
USER = "notification_service"
NOTHING_HERE = "rabbitmq-server is not installed: `apt-get install rabbitmq-server`"
ON_LOOPBACK = "-kernel inet_dist_use_interface {127,0,0,1}"

SETTINGS = """\
listeners.tcp.local = {host}:{port}
default_user = {user}
default_pass = {password}
log.file = false
log.console = true
log.console.level = info
disk_free_limit.absolute = 1MB
"""


@dataclass(frozen=True, slots=True)
class Queue:
    name: str
    consumers: int
    messages: int


def find_program(name: str) -> str | None:
    """The program itself before Debian's wrapper in /usr/sbin, which changes the user."""
    return shutil.which(name, path=FOLDERS) or shutil.which(name)


def is_installed() -> bool:
    return all(map(find_program, ("rabbitmq-server", "rabbitmqctl", "epmd")))


class Rabbitmq(EmbeddedServer):
    name = "rabbitmq"
    title = "RabbitMQ"
    stop_seconds = 30.0
    ready_seconds = 120.0

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.folder = self.data_dir / "rabbitmq"
        self._port: int | None = None
        self._environment: dict[str, str] = {}
        self._port_mapper: Child | None = None

    @property
    def url(self) -> str:
        return self.url_through(self.port)

    def url_through(self, port: int) -> str:
        """By way of a port that passes connections on to ours."""
        return f"amqp://{USER}:{self._password()}@{LOOPBACK}:{port}//"

    @property
    def port(self) -> int:
        if self._port is None:
            raise StandaloneError("RabbitMQ has not been started")
        return self._port

    def stop(self) -> None:
        super().stop()
        self._stop_port_mapper()

    def kill(self) -> None:
        """At once, with all its data, as a machine that is lost."""
        super().kill()
        self._stop_port_mapper()
        shutil.rmtree(self.folder / "mnesia", ignore_errors=True)

    def queues(self) -> list[Queue]:
        """All that exist, by name."""
        lines = self._ask("list_queues", "name", "consumers", "messages").splitlines()
        rows = (line.split("\t") for line in lines)
        return sorted((Queue(name, int(consumers), int(n)) for name, consumers, n in rows), key=_by_name)

    def exchanges(self) -> dict[str, str]:
        """The declared ones and their types, without the broker's own."""
        rows = (line.split("\t") for line in self._ask("list_exchanges", "name", "type").splitlines())
        return {name: kind for name, kind in rows if name and not name.startswith("amq.")}

    def add_virtual_host(self, name: str, *, default_queue_type: str) -> str:
        """Its URL."""
        self._control("add_vhost", name, "--default-queue-type", default_queue_type)
        self._control("set_permissions", "-p", name, USER, ".*", ".*", ".*")
        return f"{self.url.removesuffix('/')}{name}"

    def _ask(self, *arguments: str) -> str:
        return self._control("--no-table-headers", *arguments)

    def _control(self, *arguments: str) -> str:
        command = [_program("rabbitmqctl"), "--quiet", *arguments]
        return subprocess.run(
            command, env=self._environment, check=True, capture_output=True, text=True, timeout=60
        ).stdout

    def _password(self) -> str:
        return kept_secret(self.folder / "password")

    def _prepare(self) -> None:
        make_private_folder(self.folder)
        self._port = self._port or free_port()
        settings = SETTINGS.format(host=LOOPBACK, port=self._port, user=USER, password=self._password())
        write_private_file(self.folder / "rabbitmq.conf", settings)
        write_private_file(self.folder / "enabled_plugins", "[].\n")
        self._environment = self._make_environment(mapper_port=free_port())
        self._start_port_mapper()

    def _make_environment(self, *, mapper_port: int) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("RABBITMQ_")}
        return kept | {
            "HOME": str(self.folder),  # of the cookie
            "ERL_EPMD_PORT": str(mapper_port),
            "RABBITMQ_NODENAME": f"test{self._port}@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(self.folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "enabled_plugins"),
            "RABBITMQ_MNESIA_BASE": str(self.folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self.folder / "log"),
            "RABBITMQ_PID_FILE": str(self.folder / "rabbitmq.pid"),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"{ON_LOOPBACK} +S 2:2",
            "RABBITMQ_CTL_ERL_ARGS": ON_LOOPBACK,
        }

    def _start_port_mapper(self) -> None:
        self._stop_port_mapper()
        port = self._environment["ERL_EPMD_PORT"]
        self._port_mapper = Child(
            name="epmd",
            command=[_program("epmd"), "-address", LOOPBACK, "-port", port],
            log_path=self.log_path.with_name("epmd.log"),
        )
        self._port_mapper.launch()

    def _stop_port_mapper(self) -> None:
        if self._port_mapper:
            self._port_mapper.stop()

    def _make_child(self) -> Child:
        return Child(
            name=self.name,
            command=[_program("rabbitmq-server")],
            log_path=self.log_path,
            environment=self._environment,
            folder=self.folder,
            stop_seconds=self.stop_seconds,
        )

    def _is_ready(self) -> bool:
        with contextlib.suppress(OSError), Connection(self.url, connect_timeout=5) as connection:
            connection.connect()
            return True
        return False


def _program(name: str) -> str:
    path = find_program(name)
    if path is None:
        raise StandaloneError(NOTHING_HERE)
    return path


def _by_name(queue: Queue) -> str:
    return queue.name
