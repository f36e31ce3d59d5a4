"""Folders and files that no other local user can read or can have prepared."""

import os
import secrets
import stat
from pathlib import Path

from notification_service.standalone.errors import StandaloneError


def make_private_folder(path: Path) -> Path:
    """Make a folder with mode 0700, or close one of ours. Folders above it keep their modes."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        if is_own_folder(path, owner=os.geteuid()):
            path.chmod(0o700)
    except OSError as error:
        raise StandaloneError(f"cannot use the folder {path}: {error.strerror}") from error
    if not is_private_folder(path, owner=os.geteuid()):
        raise StandaloneError(f"{path} belongs to another user: use another folder or run as that user")
    return path


def make_data_folder(path: Path) -> Path:
    """Make a folder that somebody chose, closed, or leave it as it is. No other user may write to it."""
    if not path.exists():
        return make_private_folder(path)
    if not is_own_folder(path.resolve(), owner=os.geteuid()):
        raise StandaloneError(f"{path} is not a folder of this user: use another folder or run as its owner")
    if path.stat().st_mode & 0o022:
        raise StandaloneError(f"other users may write to {path}: take that right away or use another folder")
    return path


def make_service_folders(data_dir: Path, *, project_folder: Path) -> None:
    # We may close var/, which tools may have made before us, but not a folder that somebody chose.
    own = data_dir == project_folder / "var"
    (make_private_folder if own else make_data_folder)(data_dir)
    make_private_folder(data_dir / "log")
    make_private_folder(data_dir / "run")


def is_private_folder(path: Path, *, owner: int) -> bool:
    return is_own_folder(path, owner=owner) and not path.lstat().st_mode & 0o077


def is_own_folder(path: Path, *, owner: int) -> bool:
    """Return whether it is our own folder, and not a link, which another user may point anywhere."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner


def write_private_file(path: Path, content: str) -> None:
    """Replace the file in one step: after a crash it has the old text or the new one, never half of it."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def kept_secret(path: Path) -> str:
    """Return the secret in the file; generate it if there is none yet."""
    if not path.exists():
        write_private_file(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()
