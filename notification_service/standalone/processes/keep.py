"""Keeps an embedded server until nobody uses it, then stops it; if the server dies, this ends, too.

`keeper.py` becomes this once the server runs: a plain script with only the standard library, because it lives
as long as the service and then needs a quarter of the memory. It holds the folder's lock, which it has
inherited.
"""

import argparse
import contextlib
import fcntl
import os
import signal
import sys
import time

TICK_SECONDS = 0.2


def main() -> None:
    options = parse_arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    users = os.open(options.users, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        while is_running(options.pid) and not take(users):
            time.sleep(TICK_SECONDS)
    finally:
        # First: the kernel frees our locks a moment before we are seen to have ended, and who joins in that
        # moment must not take the stopped server for one that runs.
        with contextlib.suppress(FileNotFoundError):
            os.unlink(options.record)  # noqa: PTH108 (pathlib would be loaded for this alone)
        stop(options.pid, options.stop_signal, options.stop_seconds)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--users", required=True)
    parser.add_argument("--record", required=True)
    parser.add_argument("--stop-signal", type=int, required=True)
    parser.add_argument("--stop-seconds", type=float, required=True)
    return parser.parse_args()


def take(users: int) -> bool:
    """Return True if nobody uses the server. From then on, new users wait until we have ended."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def is_running(pid: int) -> bool:
    with contextlib.suppress(ChildProcessError):
        return os.waitpid(pid, os.WNOHANG) == (0, 0)
    return False


def stop(pid: int, stop_signal: int, stop_seconds: float) -> None:
    if is_running(pid):
        os.kill(pid, stop_signal)
    deadline = time.monotonic() + stop_seconds
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    # What it has left in its session, or the server itself.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
