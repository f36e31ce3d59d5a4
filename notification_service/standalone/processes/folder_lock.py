"""One owner of a folder at a time, or any number of users. If a process dies, the kernel frees its lock."""

import fcntl
import os
from pathlib import Path

from notification_service.standalone.errors import FolderInUseError


class FolderLock:
    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self, *, refusal: str) -> None:
        if self._descriptor is not None:
            return
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            raise FolderInUseError(refusal) from None
        self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def keep_over_exec(self) -> None:
        if self._descriptor is not None:
            os.set_inheritable(self._descriptor, True)  # noqa: FBT003 (as os has it)


class UsersLock:
    """Each process that uses the folder's server holds it; the one that ends the server holds it alone."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None

    def acquire(self) -> None:
        """Wait while another process is ending the server."""
        if self._descriptor is None:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            self._descriptor = descriptor

    def release(self) -> None:
        if self._descriptor is not None:
            # Closing is not enough: a forked child holds the same lock.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = None

    def is_shared(self) -> bool:
        """Return whether others use the server, and nobody is ending it."""
        return not can_lock(self.path, fcntl.LOCK_EX) and can_lock(self.path, fcntl.LOCK_SH)


def is_locked(path: Path) -> bool:
    return not can_lock(path, fcntl.LOCK_EX)


def can_lock(path: Path, kind: int) -> bool:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
