"""Stops an embedded server that has outlived its keeper. Only for the holder of the folder's lock."""

import contextlib
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from notification_service.standalone.errors import StandaloneError


def stop_leftover(
    program: str,
    folder: Path,
    *,
    stop_signal: signal.Signals,
    seconds: float,
    is_leader: Callable[[int], bool] = lambda _: True,
) -> None:
    """`is_leader` finds the process to stop: a server ends its own sessions."""
    for process in server_processes(program, folder):
        if is_leader(process.pid):
            with contextlib.suppress(psutil.NoSuchProcess):
                process.send_signal(stop_signal)
    wait_until_gone(program, folder, seconds=seconds)


def wait_until_gone(program: str, folder: Path, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while survivors := server_processes(program, folder):
        if time.monotonic() > deadline:
            pids = ", ".join(str(process.pid) for process in survivors)
            raise StandaloneError(f"{program} still runs in {folder} and does not stop (pid {pids})")
        time.sleep(0.05)


def server_processes(program: str, folder: Path) -> list[psutil.Process]:
    """Return the server and its sessions, which all have that working directory; dead ones have none."""
    return [
        process
        for process in psutil.process_iter(["name", "cwd"])
        if process.info["name"] == program and process.info["cwd"] == str(folder.resolve())
    ]
