"""An embedded server that the processes of this machine use together.

The first process that needs it starts its keeper, the others find it running, and the keeper stops it after
the last one. Each user holds a lock, which the kernel frees when the process dies. If the server is killed,
one of its users starts it again.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.processes.child import last_log_line
from notification_service.standalone.processes.folder_lock import UsersLock, is_locked
from notification_service.standalone.processes.log_rotation import rotate_log
from notification_service.standalone.processes.pid_files import is_alive, recorded_process
from notification_service.standalone.processes.server_files import ServerFiles

KEEPER = Path(__file__).with_name("keeper.py")
TITLES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
LOOK_SECONDS = 10.0  # between looks at its log; that it has ended is told at once
FIRST_DELAY_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0


class SharedServer:
    """The folders in `data_dir` exist already, see `make_service_folders`."""

    def __init__(self, name: str, data_dir: Path, report: Callable[[str], None]) -> None:
        self._files = ServerFiles(data_dir, name)
        self._users = UsersLock(self._files.users)
        self._report = report
        self._keeper: subprocess.Popen[bytes] | None = None
        self._left = threading.Event()

    @property
    def title(self) -> str:
        return TITLES[self._files.name]

    def begin(self) -> None:
        """Use it from now on, but do not wait for it, so that two servers can start at once."""
        self._users.acquire()
        if not self._is_ready():
            self._start_keeper()

    def join(self) -> str:
        """Return the URL once the server runs. It is used until this process ends or leaves."""
        self._users.acquire()
        self._wait_until_ready()
        threading.Thread(target=self._mind, name=f"{self._files.name} server", daemon=True).start()
        return self._files.url.read_text(encoding="utf-8")

    def leave(self, *, is_hurried: Callable[[], bool]) -> None:
        """Return when the server has stopped, or at once if others use it."""
        self._left.set()
        self._users.release()
        while is_locked(self._files.lock) and not self._users.is_shared() and not is_hurried():
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        process = recorded_process(self._files.keeper)
        return process is not None and is_alive(process)

    def _wait_until_ready(self) -> None:
        while not self._is_ready() and not self._left.is_set():
            code = self._keeper.poll() if self._keeper else 0
            if code:
                raise StandaloneError(last_log_line(self._files.keeper_log))
            # With 0 it found another keeper, which may have been killed since.
            if code == 0 and not is_locked(self._files.lock):
                self._start_keeper()
            time.sleep(0.03)

    def _start_keeper(self) -> None:
        self._report(f"starting {self.title} in {self._files.data_dir}")
        with self._files.keeper_log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", str(KEEPER), self._files.name, str(self._files.data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # it outlives us and the terminal
            )

    def _mind(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while not self._left.is_set():
            self._wait_for_its_end()
            try:
                rotate_log(self._files.log)
                self._start_again()
                delay = FIRST_DELAY_SECONDS
            except (StandaloneError, OSError) as error:
                self._report(str(error))
                self._left.wait(delay)
                delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    def _wait_for_its_end(self) -> None:
        if keeper := recorded_process(self._files.keeper):
            with suppress(psutil.Error):  # not yet
                keeper.wait(LOOK_SECONDS)

    def _start_again(self) -> None:
        """Start it again if it has ended, for whatever reason: it has users, such as us."""
        if self._keeper and self._keeper.poll() is not None:
            self._keeper = None
        if not self._is_ready():
            self._wait_until_ready()
