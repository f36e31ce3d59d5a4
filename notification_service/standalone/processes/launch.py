"""Becomes another program that dies with its parent and, if requested, is not root, or has a lower priority.

It runs as a plain script in an interpreter without site packages, and imports nothing of the project:
importing the package would load Celery for each child. It never returns; it fails with FAILED.
"""

import argparse
import ctypes
import os
import signal
import sys
import time
from pathlib import Path

FAILED = 77
GROUP_TRIES, GROUP_TRY_SECONDS = 30, 0.1
PR_SET_PDEATHSIG = 1
CLONE_NEWUSER = 0x10000000


def main() -> None:
    options = parse_arguments()
    try:
        if options.namespace_uid is not None:
            enter_user_namespace(options.namespace_uid)
        if options.uid is not None:
            become_user(options.uid)
        if options.nice:
            give_way(options.nice)
        # Last, because a change of credentials clears it.
        die_with_parent(options.parent, options.death_signal)
        os.execv(options.program[0], options.program)  # noqa: S606 - becoming another program is the point
    except OSError as error:
        print(f"cannot start {options.program[0]}: {error}", file=sys.stderr)
        raise SystemExit(FAILED) from None


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--death-signal", type=int, default=signal.SIGTERM)
    parser.add_argument("--namespace-uid", type=int)
    parser.add_argument("--uid", type=int)
    parser.add_argument("--nice", type=int)
    parser.add_argument("program", nargs="+")
    return parser.parse_args()


def enter_user_namespace(uid: int) -> None:
    """Look like `uid` to ourselves, but stay the same user to the kernel, which opens our private folders."""
    own_uid, own_gid = os.geteuid(), os.getegid()
    call_libc("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{uid} {own_uid} 1")
    Path("/proc/self/gid_map").write_text(f"{uid} {own_gid} 1")


def become_user(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def give_way(niceness: int) -> None:
    os.nice(niceness)
    # Linux may divide the machine between sessions; niceness then counts only inside a session.
    for _ in range(GROUP_TRIES):
        try:
            Path("/proc/self/autogroup").write_text(str(niceness))
        except BlockingIOError:  # it accepts one change in a tenth of a second, from anyone
            time.sleep(GROUP_TRY_SECONDS)
        except OSError:  # no such groups, or none that we may change: no reason not to start
            break
        else:
            break


def die_with_parent(parent: int, death_signal: int) -> None:
    if sys.platform == "linux":
        call_libc("prctl", PR_SET_PDEATHSIG, death_signal)
    # A parent that died before the call above sends no signal any more.
    if os.getppid() != parent:
        raise SystemExit(FAILED)


def call_libc(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    function = getattr(libc, name, None)
    if function is None:
        raise OSError(f"{name} does not exist on this system")
    if function(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), name)


if __name__ == "__main__":
    main()
