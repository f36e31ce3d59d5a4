"""Stays with an embedded server until nobody uses it, then stops it; ends with it where it dies.

What `keeper.py` becomes once the server answers: a plain script of the standard library, for it lives as long
as the service does and needs a quarter of the memory. It holds the folder's lock, which it has inherited.
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
        stop(options.pid, options.stop_signal, options.stop_seconds)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pid", type=int, required=True)
    parser.add_argument("--users", required=True)
    parser.add_argument("--stop-signal", type=int, required=True)
    parser.add_argument("--stop-seconds", type=float, required=True)
    return parser.parse_args()


def take(users: int) -> bool:
    """True where nobody uses the server; from then on who wants to waits until we have ended."""
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
    # What it has left in its session, or itself.
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
