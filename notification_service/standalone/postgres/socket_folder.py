"""A closed folder whose path is short enough for a Unix socket in it."""

import os
import tempfile
from pathlib import Path

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.private_files import (
    is_private_folder,
    make_private_folder,
    write_private_file,
)

SHORTEST_TEMPORARY = "/tmp"  # noqa: S108 - only mkdtemp makes anything in it
LONGEST_SOCKET_PATH = 103  # bytes: macOS allows 103, Linux 107


def choose_socket_folder(home: Path, *, socket_name: str) -> Path:
    """Return `home`/run, or a folder in the temporary directory with a name that nobody can predict."""
    folder = make_private_folder(home / "run")
    if fits(folder, socket_name):
        return folder
    record = folder / "socket-folder"
    known = Path(record.read_text(encoding="utf-8")) if record.exists() else None
    # Temporary directories are emptied, and then anybody can take the name.
    if known is None or not is_private_folder(known, owner=os.geteuid()):
        known = make_short_folder(socket_name)
        write_private_file(record, str(known))
    return known


def make_short_folder(socket_name: str) -> Path:
    for parent in (tempfile.gettempdir(), SHORTEST_TEMPORARY):
        if fits(Path(parent) / "notification-XXXXXXXX", socket_name):
            return Path(tempfile.mkdtemp(prefix="notification-", dir=parent))
    raise StandaloneError("no temporary directory has a path short enough for a Unix socket: set TMPDIR")


def fits(folder: Path, socket_name: str) -> bool:
    return len(os.fsencode(folder / socket_name)) <= LONGEST_SOCKET_PATH
