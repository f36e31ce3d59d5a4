"""Pid files: the next supervisor finds and stops what a killed one left behind."""

import contextlib
import time
from pathlib import Path

import psutil

from notification_service.standalone.private_files import write_private_file

STOP_SECONDS = 30.0


def record_process(path: Path, pid: int) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        write_private_file(path, f"{pid} {psutil.Process(pid).create_time()}")


def stop_recorded_process(path: Path) -> None:
    process = recorded_process(path)
    if process is not None:
        stop_family(process)
    path.unlink(missing_ok=True)


def recorded_process(path: Path) -> psutil.Process | None:
    """The time distinguishes our process from another that has the same pid now."""
    with contextlib.suppress(OSError, ValueError, psutil.Error):
        pid, created_at = path.read_text(encoding="utf-8").split()
        process = psutil.Process(int(pid))
        if abs(process.create_time() - float(created_at)) < 1:
            return process
    return None


def stop_family(process: psutil.Process) -> None:
    with contextlib.suppress(psutil.NoSuchProcess):
        family = [process, *process.children(recursive=True)]
        process.terminate()
        wait_until_gone(family)
        for member in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                member.kill()
        wait_until_gone(family)


def wait_until_gone(family: list[psutil.Process]) -> None:
    deadline = time.monotonic() + STOP_SECONDS
    while any(is_alive(member) for member in family) and time.monotonic() < deadline:
        time.sleep(0.05)


def is_alive(process: psutil.Process) -> bool:
    """Return whether it is alive, and not a zombie: without an init, a container's orphans are not reaped."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False
