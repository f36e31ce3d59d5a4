"""The embedded PostgreSQL as a server that is reached over TCP, as in production."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from notification_service.standalone.postgres.cluster import USER
from notification_service.standalone.postgres.server import EmbeddedPostgres
from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.free_port import LOOPBACK, any_free_port


class TcpPostgres(EmbeddedPostgres):
    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self._port = any_free_port()

    def url_of(self, database: str) -> str:
        password = quote(self._password(), safe="")
        return f"postgresql://{USER}:{password}@{LOOPBACK}:{self._port}/{database}"

    def _make_child(self) -> Child:
        child = super()._make_child()
        options = ["-c", f"listen_addresses={LOOPBACK}", "-c", f"port={self._port}"]
        return replace(child, command=[*child.command, *options])
