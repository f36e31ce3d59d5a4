"""Which user PostgreSQL runs as, and so where its data is: it refuses to run as root or an unnamed user.

No user is added to the system, and only our own folders change their mode. With a user namespace, root stays
the owner of the data. Where containers forbid namespaces, an unused uid gets its own folder.
"""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

import psutil

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.processes.child import launch_command

PROGRAMS = ("postgres", "initdb")


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerAccount:
    """`home` has the data, `binaries` the programs. `uid` is None if we stay the owner of the data."""

    home: Path
    binaries: Path
    launch_options: tuple[str, ...] = ()
    initdb_options: tuple[str, ...] = ()
    uid: int | None = None
    initdb_uid: int | None = None


def own_account(data_dir: Path, binaries: Path) -> ServerAccount:
    """For an ordinary user. `initdb`, unlike `postgres`, needs a user with a name in the system's list."""
    options = () if has_name(os.geteuid()) else namespace_options()
    return ServerAccount(home=data_dir, binaries=binaries, initdb_options=options)


def namespace_account(data_dir: Path, binaries: Path) -> ServerAccount | None:
    """For root, if the system allows it: not root to PostgreSQL, but the data's owner to the kernel."""
    options = namespace_options()
    if not can_launch(options, binaries):
        return None
    return ServerAccount(home=data_dir, binaries=binaries, launch_options=options, initdb_options=options)


def namespace_options() -> tuple[str, ...]:
    return (f"--namespace-uid={first_named_uid()}",)


def can_launch(options: tuple[str, ...], binaries: Path) -> bool:
    """Only `initdb`, not `postgres`, needs the libraries that the wheel has beside the programs."""
    commands = [launch_command([binaries / name, "--version"], options=options) for name in PROGRAMS]
    return all(
        subprocess.run(command, capture_output=True, check=False).returncode == 0 for command in commands
    )


def give_tree(path: Path, uid: int | None) -> None:
    """Give our files to the server's uid; do nothing if that is None."""
    if uid is None:
        return
    for entry in [path, *path.rglob("*")]:
        try:
            os.chown(entry, uid, uid, follow_symlinks=False)
        except OSError as error:
            raise StandaloneError(f"cannot give {entry} to uid {uid}: {error.strerror}") from error


def has_name(uid: int) -> bool:
    return any(entry.pw_uid == uid for entry in pwd.getpwall())


def first_named_uid() -> int:
    return next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid != 0)


def idle_named_uid() -> int:
    """Return a named uid without a process, so that nobody can access the new data while initdb writes it."""
    busy = busy_uids()
    return next((entry.pw_uid for entry in pwd.getpwall() if entry.pw_uid not in busy), first_named_uid())


def busy_uids() -> set[int]:
    return {0} | {
        process.info["uids"].real for process in psutil.process_iter(["uids"]) if process.info["uids"]
    }
