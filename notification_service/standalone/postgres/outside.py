"""PostgreSQL for root where user namespaces are forbidden: an unused uid with its own folder in /var/tmp.

`DATA_DIR/postgres.location` says which. The folder belongs to root, so that nobody else can put anything into
it. It contains `home`, which only that uid can enter, and a copy of the programs if the uid cannot reach the
installed ones.
"""

import os
import pwd
import shutil
import stat
import tempfile
from pathlib import Path

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.postgres.account import (
    ServerAccount,
    busy_uids,
    can_launch,
    give_tree,
    idle_named_uid,
)
from notification_service.standalone.private_files import is_private_folder, write_private_file

UNUSED_UIDS = range(61184, 65520)  # outside of those that Debian and systemd assign
NEITHER_WAY = (
    "PostgreSQL does not run as root and this system allows neither a user namespace nor another uid: "
    "set DATABASE_URL or start the service as an ordinary user"
)


def outside_account(record: Path, binaries: Path) -> ServerAccount:
    if not record.exists():
        make_outside_folder(record)
    uid_text, _, path = record.read_text(encoding="utf-8").partition(" ")
    folder, uid = Path(path), int(uid_text)
    if not is_ours(folder) or not is_private_folder(folder / "home", owner=uid):
        raise StandaloneError(f"{folder} is gone or not ours: remove {record}, which names it, to begin anew")
    options = (f"--uid={uid}",)
    initdb_uid = idle_named_uid()
    return ServerAccount(
        home=folder / "home",
        binaries=reachable_binaries(folder / "programs", binaries, options),
        launch_options=options,
        initdb_options=(f"--uid={initdb_uid}",),
        uid=uid,
        initdb_uid=initdb_uid,
    )


def make_outside_folder(record: Path) -> None:
    folder = Path(tempfile.mkdtemp(prefix="notification-service-", dir="/var/tmp"))
    folder.chmod(0o711)
    (folder / "home").mkdir(mode=0o700)
    uid = unused_uid()
    try:
        give_tree(folder / "home", uid)
    except StandaloneError:
        shutil.rmtree(folder)
        raise StandaloneError(NEITHER_WAY) from None
    write_private_file(record, f"{uid} {folder}")


def reachable_binaries(copy: Path, binaries: Path, options: tuple[str, ...]) -> Path:
    """Return the installed programs, or a copy if they are in a home that the uid cannot enter."""
    if can_launch(options, binaries):
        return binaries
    shutil.rmtree(copy, ignore_errors=True)
    package = binaries.parents[1]
    copied = copy / package.name / binaries.relative_to(package)
    shutil.copytree(binaries.parent, copied.parent, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")  # beside the package, where the programs look
    if libraries.is_dir():
        shutil.copytree(libraries, copy / libraries.name, symlinks=True)
    for folder in [copy, *(entry for entry in copy.rglob("*") if entry.is_dir())]:
        folder.chmod(0o755)
    if not can_launch(options, copied):
        raise StandaloneError(NEITHER_WAY)
    return copied


def is_ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o022


def unused_uid() -> int:
    taken = busy_uids() | {entry.pw_uid for entry in pwd.getpwall()}
    return next(uid for uid in UNUSED_UIDS if uid not in taken)
