"""Folders and files that no other local user may read, and that none of them can have prepared."""

import os
import secrets
import stat
from pathlib import Path

from notification_service.standalone.errors import StandaloneError


def make_private_folder(path: Path) -> Path:
    """Make a folder of mode 0700, or close one of ours; folders above it keep their modes."""
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
    """A folder that somebody chose: made closed, or left as it is; no other user may write there."""
    if not path.exists():
        return make_private_folder(path)
    if not is_own_folder(path.resolve(), owner=os.geteuid()):
        raise StandaloneError(f"{path} is not a folder of this user: use another folder or run as its owner")
    if path.stat().st_mode & 0o022:
        raise StandaloneError(f"other users may write to {path}: take that right away or use another folder")
    return path


def make_service_folders(data_dir: Path, *, project_folder: Path) -> None:
    # var/ is ours to close, which tools may have made before us; a folder that somebody chose is not.
    own = data_dir == project_folder / "var"
    (make_private_folder if own else make_data_folder)(data_dir)
    make_private_folder(data_dir / "log")
    make_private_folder(data_dir / "run")


def is_private_folder(path: Path, *, owner: int) -> bool:
    return is_own_folder(path, owner=owner) and not path.lstat().st_mode & 0o077


def is_own_folder(path: Path, *, owner: int) -> bool:
    """Not a link, which another user may lead anywhere."""
    try:
        status = path.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == owner


def write_private_file(path: Path, content: str) -> None:
    """Replace the file in one step: a reader or a crash finds the old text or the new, never a half."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def kept_secret(path: Path) -> str:
    """The secret in the file, generated when there is none yet."""
    if not path.exists():
        write_private_file(path, secrets.token_urlsafe(32))
    return path.read_text(encoding="utf-8").strip()
