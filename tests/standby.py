"""A second PostgreSQL that follows an embedded one, as a replica for failovers does, until it is promoted."""

import subprocess
from pathlib import Path

import psycopg

from notification_service.standalone.postgres.account import give_tree
from notification_service.standalone.postgres.cluster import find_binaries, server_environment, write_settings
from notification_service.standalone.postgres.server import (
    EmbeddedPostgres,
    choose_account,
    choose_server_socket_folder,
)
from notification_service.standalone.private_files import write_private_file
from notification_service.standalone.processes.child import launch_command

PROGRAM = "pg_basebackup"
NOTHING_HERE = f"{PROGRAM} is not among the programs of the embedded PostgreSQL"
BEHIND = "SELECT pg_last_wal_replay_lsn() < %s::pg_lsn"


def can_be_made() -> bool:
    return (find_binaries() / PROGRAM).exists()


class Standby(EmbeddedPostgres):
    def __init__(self, data_dir: Path, *, primary: EmbeddedPostgres) -> None:
        super().__init__(data_dir)
        self._primary = primary

    def has_caught_up(self) -> bool:
        """With all that the primary has written until now."""
        with psycopg.connect(self._primary.url_of("postgres")) as primary:
            [written] = primary.execute("SELECT pg_current_wal_lsn()").fetchone() or [None]
        with psycopg.connect(self.url_of("postgres")) as standby:
            return standby.execute(BEHIND, [written]).fetchone() == (False,)

    def promote(self) -> None:
        """It may be written to once this comes back."""
        with psycopg.connect(self.url_of("postgres"), autocommit=True) as standby:
            assert standby.execute("SELECT pg_promote()").fetchone() == (True,)

    def _prepare(self) -> None:
        write_private_file(self.data_dir / "postgres.password", self._primary._password())
        account = choose_account(self.data_dir)
        cluster = account.home / "postgres"
        backup: list[str | Path] = [
            account.binaries / PROGRAM,
            "-d",
            self._primary.url_of("postgres"),
            "-D",
            cluster,
        ]
        options = ["--write-recovery-conf", "--checkpoint=fast", "--no-sync"]
        command = launch_command([*backup, *options], options=account.launch_options)
        subprocess.run(command, env=server_environment(), cwd="/", check=True)
        give_tree(cluster, account.uid)
        self._account = account
        self._socket_folder = choose_server_socket_folder(account)
        write_settings(cluster, account, self._socket_folder)

    def _create_database(self) -> None:
        """The primary's are here."""
