"""`python -m tests.upgrades.broken_off` migrates an empty database, killed again and again on the way.

Each time the next process gets a little further. Prints how often one was killed. In a deep run each
migration is killed at each of its statements; else where its end is noted, before and after the commit.
"""

import os
import signal
from collections.abc import Callable
from typing import Any

import django
from django.core.management import call_command
from django.db import connections

from tests.depth import IS_DEEP

OTHERS = ("contenttypes", "auth", "admin", "sessions", "account", "socialaccount", "mfa", "axes")
NOTED = 'INSERT INTO "django_migrations"'
MOST = 5_000 if IS_DEEP else 200
FIRST = 1 if IS_DEEP else 10**9  # the statement at which each migration is broken off first


class Killer:
    """Ends this process at its n-th statement, or where the end of the first migration is noted.

    Without a number: at the first statement after that is committed.
    """

    def __init__(self, at: int | None, told: int) -> None:
        self._at, self._told = at, told
        self._statements = 0
        self._is_noted = False

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if self._is_noted and "SAVEPOINT" not in sql:
            _kill()
        if NOTED in sql:
            os.write(self._told, NOTED.encode())
            # Without a transaction the note is committed with its statement: before that is before this.
            if self._at is not None and not arguments[-1]["connection"].in_atomic_block:
                _kill()
        result = execute(sql, *arguments)
        self._statements += 1
        self._is_noted = self._is_noted or NOTED in sql
        if self._at is not None and (self._is_noted or self._statements == self._at):
            _kill()
        return result


def main() -> None:
    django.setup()
    for app in OTHERS:
        call_command("migrate", app, verbosity=0)
    connections.close_all()
    killed = 0
    at: int | None = FIRST
    while killed < MOST:
        has_ended, is_noted = _migrate(at)
        if has_ended:
            break
        killed += 1
        at = None if at is not None and is_noted else FIRST if at is None else at + 1
    assert killed < MOST, "no process gets any further"
    print(killed)


def _migrate(at: int | None) -> tuple[bool, bool]:
    """In a process of its own: whether it came to the end, and whether it noted the end of a migration."""
    heard, told = os.pipe()
    pid = os.fork()
    if pid == 0:
        with connections["default"].execute_wrapper(Killer(at, told)):
            call_command("migrate", verbosity=0)
        os._exit(0)
    os.close(told)
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with os.fdopen(heard, "rb") as pipe:
        is_noted = bool(pipe.read())
    assert status in (0, -signal.SIGKILL), "a migration cannot be repeated"
    return status == 0, is_noted


def _kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    main()
