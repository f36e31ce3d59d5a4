"""What embedded servers have in common: one owner of the folder, a child process, a start that waits."""

import os
import sys
import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import NoReturn

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.private_files import make_data_folder, make_private_folder
from notification_service.standalone.processes.child import Child, describe_exit, last_log_line
from notification_service.standalone.processes.folder_lock import FolderLock
from notification_service.standalone.processes.server_files import ServerFiles

KEEP = Path(__file__).with_name("keep.py")


class EmbeddedServer(ABC):
    name: str
    title: str
    stop_seconds: float
    ready_seconds: float

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.absolute()
        self._files = ServerFiles(self.data_dir, self.name)
        self.log_path = self._files.log
        self._lock = FolderLock(self._files.lock)
        self._child: Child | None = None

    @property
    @abstractmethod
    def url(self) -> str: ...

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child else None

    def start(self) -> None:
        """Return when the server accepts connections. Call it in the main thread, see `Child`."""
        make_data_folder(self.data_dir)
        make_private_folder(self.log_path.parent)
        self._lock.acquire(refusal=f"the {self.title} in {self.data_dir} is in use by another process")
        try:
            self._prepare()
            self.launch()
            self._wait_until_ready()
        except BaseException:
            self.stop()
            raise

    def launch(self) -> None:
        """Start or restart the prepared server without waiting for it."""
        self._child = self._make_child()
        self._child.launch()

    def exit_code(self) -> int | None:
        return self._child.exit_code() if self._child else 0

    def hand_over(self) -> NoReturn:
        """Become the program that keeps the running server until nobody uses it."""
        if self._child is None:
            raise StandaloneError(f"{self.title} has not been started")
        self._lock.keep_over_exec()
        options = [f"--pid={self._child.pid}"]
        options += [f"--users={self._files.users}", f"--record={self._files.keeper}"]
        stop = (f"--stop-signal={int(self._child.stop_signal)}", f"--stop-seconds={self.stop_seconds}")
        os.execv(sys.executable, [sys.executable, "-I", "-S", str(KEEP), *options, *stop])  # noqa: S606

    def stop(self) -> None:
        if self._child:
            self._child.stop()
        self._lock.release()

    def kill(self) -> None:
        if self._child:
            self._child.kill()
        self._lock.release()

    @abstractmethod
    def _prepare(self) -> None:
        """Make or check the files that outlive the process."""

    @abstractmethod
    def _make_child(self) -> Child: ...

    @abstractmethod
    def _is_ready(self) -> bool: ...

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + self.ready_seconds
        while time.monotonic() < deadline:
            if self._is_ready():
                return
            code = self.exit_code()
            if code is not None:
                reason = last_log_line(self.log_path)
                raise StandaloneError(f"{self.title} did not start ({describe_exit(code)}): {reason}")
            time.sleep(0.03)
        raise StandaloneError(
            f"{self.title} was not ready after {self.ready_seconds:.0f} s, see {self.log_path}"
        )
