"""An embedded server that the processes of this machine use together.

The first to need it starts its keeper, the others find it running, and the keeper stops it after the last.
Who uses it holds a lock, which the kernel takes from the dead; whoever is left starts what was killed anew.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.processes.child import last_log_line
from notification_service.standalone.processes.folder_lock import UsersLock, is_locked
from notification_service.standalone.processes.log_rotation import rotate_log
from notification_service.standalone.processes.pid_files import is_alive, recorded_process
from notification_service.standalone.processes.server_files import ServerFiles

KEEPER = Path(__file__).with_name("keeper.py")
TITLES = {"postgres": "PostgreSQL", "valkey": "Valkey"}
LOOK_SECONDS = 1.0
LONGEST_DELAY_SECONDS = 30.0


class SharedServer:
    """`data_dir` has its folders, see `make_service_folders`."""

    def __init__(self, name: str, data_dir: Path, report: Callable[[str], None]) -> None:
        self._files = ServerFiles(data_dir, name)
        self._users = UsersLock(self._files.users)
        self._report = report
        self._keeper: subprocess.Popen[bytes] | None = None
        self._left = threading.Event()

    def begin(self) -> None:
        """Use it from now on, without waiting for it: so two servers start side by side."""
        self._users.acquire()
        if not self._is_ready():
            self._start_keeper()

    def join(self) -> str:
        """The URL, once the server answers there. It is used until this process ends or leaves."""
        self._users.acquire()
        self._wait_until_ready()
        threading.Thread(target=self._mind, name=f"{self._files.name} server", daemon=True).start()
        return self._files.url.read_text(encoding="utf-8")

    def leave(self, *, is_hurried: Callable[[], bool]) -> None:
        """Come back when the server has stopped, or at once where others use it."""
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
            # With 0 it has found another at work, which may have been killed since.
            if code == 0 and not is_locked(self._files.lock):
                self._start_keeper()
            time.sleep(0.03)

    def _start_keeper(self) -> None:
        self._report(f"starting {TITLES[self._files.name]} in {self._files.data_dir}")
        with self._files.keeper_log.open("ab") as log:
            self._keeper = subprocess.Popen(
                [sys.executable, "-I", str(KEEPER), self._files.name, str(self._files.data_dir)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # it outlives us, and the terminal
            )

    def _mind(self) -> None:
        delay = LOOK_SECONDS
        while not self._left.wait(delay):
            try:
                rotate_log(self._files.log)
                self._start_again()
                delay = LOOK_SECONDS
            except (StandaloneError, OSError) as error:
                self._report(str(error))
                delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    def _start_again(self) -> None:
        """Where it has ended, for whatever reason: there are users, of whom we are one."""
        if self._keeper and self._keeper.poll() is not None:
            self._keeper = None
        if not self._is_ready():
            self._wait_until_ready()
