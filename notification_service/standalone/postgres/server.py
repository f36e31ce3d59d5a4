"""A real PostgreSQL for one machine, from the programs in a wheel. Only its owner can reach it.

It listens only on a Unix socket in a closed folder, and requires a generated password there.
"""

import contextlib
import os
import signal
from pathlib import Path
from urllib.parse import quote

import psycopg

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.postgres.account import (
    ServerAccount,
    give_tree,
    namespace_account,
    own_account,
)
from notification_service.standalone.postgres.cluster import (
    USER,
    check_cluster,
    create_cluster,
    find_binaries,
    server_environment,
    write_settings,
)
from notification_service.standalone.postgres.outside import outside_account
from notification_service.standalone.postgres.socket_folder import choose_socket_folder
from notification_service.standalone.private_files import kept_secret
from notification_service.standalone.processes.child import Child
from notification_service.standalone.processes.embedded_server import EmbeddedServer
from notification_service.standalone.processes.leftover import stop_leftover

DATABASE = "notification_service"
SOCKET_NAME = ".s.PGSQL.5432"


class EmbeddedPostgres(EmbeddedServer):
    name = "postgres"
    title = "PostgreSQL"
    stop_seconds = 60.0
    # After a crash it first replays up to max_wal_size, which takes minutes on a slow disk.
    ready_seconds = 300.0

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self._account: ServerAccount | None = None
        self._socket_folder: Path | None = None

    def start(self) -> None:
        super().start()
        try:
            self._create_database()
        except BaseException:
            self.stop()
            raise

    @property
    def url(self) -> str:
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        if self._socket_folder is None:
            raise StandaloneError("the embedded PostgreSQL has not been started")
        host = quote(str(self._socket_folder), safe="")
        return f"postgresql://{USER}:{quote(self._password(), safe='')}@/{database}?host={host}"

    def _password(self) -> str:
        return kept_secret(self.data_dir / "postgres.password")

    def _prepare(self) -> None:
        account = choose_account(self.data_dir)
        cluster = account.home / "postgres"
        if cluster.exists():
            check_cluster(cluster, owner=account.uid)
            self._stop_leftover(cluster)
        else:
            create_cluster(cluster, account, self._password(), self.log_path)
        self._account = account
        self._socket_folder = choose_server_socket_folder(account)
        write_settings(cluster, account, self._socket_folder)

    def _stop_leftover(self, cluster: Path) -> None:
        pid_file = cluster / "postmaster.pid"
        stop_leftover(
            "postgres",
            cluster,
            stop_signal=signal.SIGINT,
            seconds=self.stop_seconds,
            is_leader=lambda pid: pid == first_number(pid_file),
        )
        # Its pid may be another process by now, or one that nobody reaps, for which PostgreSQL would not
        # start. Without the file it cannot see a survivor, hence the wait above.
        pid_file.unlink(missing_ok=True)

    def _make_child(self) -> Child:
        if self._account is None:
            raise StandaloneError("the embedded PostgreSQL has not been started")
        return Child(
            name=self.name,
            command=[self._account.binaries / "postgres", "-D", self._account.home / "postgres"],
            log_path=self.log_path,
            environment=server_environment(),
            folder=Path("/"),
            launch_options=self._account.launch_options,
            # PostgreSQL's fast shutdown: it ends the sessions and keeps every commit.
            stop_signal=signal.SIGINT,
            stop_seconds=self.stop_seconds,
        )

    def _is_ready(self) -> bool:
        with contextlib.suppress(psycopg.OperationalError):
            psycopg.connect(self.url_of("postgres"), connect_timeout=5).close()
            return True
        return False

    def _create_database(self) -> None:
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
            if known is None:
                connection.execute(f"CREATE DATABASE {DATABASE}")


def choose_account(data_dir: Path) -> ServerAccount:
    binaries = find_binaries()
    if os.geteuid() != 0:
        return own_account(data_dir, binaries)
    record = data_dir / "postgres.location"
    if not record.exists() and (account := namespace_account(data_dir, binaries)):
        return account
    if (data_dir / "postgres").exists():
        raise StandaloneError(
            f"{data_dir / 'postgres'} was made by root in a user namespace, which this system forbids: "
            "set DATABASE_URL or name another --data-dir"
        )
    return outside_account(record, binaries)


def choose_server_socket_folder(account: ServerAccount) -> Path:
    if account.uid is None:
        return choose_socket_folder(account.home, socket_name=SOCKET_NAME)
    folder = account.home / "run"
    folder.mkdir(mode=0o700, exist_ok=True)
    give_tree(folder, account.uid)
    return folder


def first_number(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(path.read_text(encoding="utf-8").split()[0])
    return None
