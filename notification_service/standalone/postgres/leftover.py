"""Stops a PostgreSQL that outlived its supervisor. Only for the holder of the folder's lock."""

import contextlib
import signal
import time
from pathlib import Path

import psutil

from notification_service.standalone.errors import StandaloneError

STOP_SECONDS = 60.0


def stop_leftover(cluster: Path) -> None:
    pid_file = cluster / "postmaster.pid"
    for process in server_processes(cluster):
        if process.pid == first_number(pid_file):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)
    wait_until_gone(cluster)
    # Its pid may be another process by now, or one that nobody reaps, for which PostgreSQL would not start.
    # Without the file it cannot see a survivor, hence the wait above.
    pid_file.unlink(missing_ok=True)


def wait_until_gone(cluster: Path) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while survivors := server_processes(cluster):
        if time.monotonic() > deadline:
            pids = ", ".join(str(process.pid) for process in survivors)
            raise StandaloneError(f"PostgreSQL still runs in {cluster} and does not stop (pid {pids})")
        time.sleep(0.05)


def server_processes(cluster: Path) -> list[psutil.Process]:
    """The server and each of its sessions, which all work in the data directory; the dead work nowhere."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == "postgres" and process.info["cwd"] == str(cluster.resolve())
    ]


def first_number(path: Path) -> int | None:
    with contextlib.suppress(OSError, ValueError, IndexError):
        return int(path.read_text(encoding="utf-8").split()[0])
    return None
