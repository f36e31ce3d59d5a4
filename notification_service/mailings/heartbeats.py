"""Which worker processes are alive: each records this every second, even if there is nothing to send."""

import os
import secrets
import socket
from dataclasses import dataclass
from functools import cache

from notification_service.mailings.models import Worker
from notification_service.mailings.sql import sql

ALIVE_SECONDS = 5.0  # of silence, after which a worker counts as gone
SILENT_SECONDS = 5.0  # without a call, after which a worker that says so counts as silent
LOST_SECONDS = 3.0  # without the queue, after which a worker counts as cut off from it


NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class LiveWorkers:
    alive: int
    silent: int  # of those alive: how many hear nothing from the broker, or not yet, and call themselves
    cut_off: int  # of those alive: how many have a failing connection to the queue
    seen_seconds_ago: float | None  # since the last heartbeat of any worker; None: there never was one


def worker_name() -> str:
    """Return a unique name: containers on their host's network share its name, and each may be process 1."""
    return _name(os.getpid())


@cache
def _name(process_id: int) -> str:
    return f"{socket.gethostname()}:{process_id}:{secrets.token_hex(4)}"[-NAME_LENGTH:]


def record_heartbeat(name: str, *, silent_seconds: float | None, lost_seconds: float | None = None) -> None:
    """Record that the worker is alive, how long it has heard no call, and how long it has been cut off.

    None: it has heard no call yet; it is not cut off.
    """
    sql.execute("heartbeats/record", name=name, silent=silent_seconds, lost=lost_seconds)


def forget_worker(name: str) -> None:
    """Remove the worker, which ends, and workers that were killed more than a day ago."""
    sql.execute("heartbeats/forget_worker", name=name)


def forget_ended_workers() -> None:
    """Remove workers of this host whose process was killed."""
    prefix = f"{socket.gethostname()}:"
    names = Worker.objects.filter(name__startswith=prefix).values_list("name", flat=True)
    ended = [name for name in names if not _runs(int(name.removeprefix(prefix).partition(":")[0]))]
    Worker.objects.filter(name__in=ended).delete()


def _runs(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except OSError as error:
        return not isinstance(error, ProcessLookupError)
    return True


def live_workers(*, host: str = "") -> LiveWorkers:
    """Return those of all hosts, or of one."""
    prefix = f"{host}:" if host else ""
    limits = {"alive": ALIVE_SECONDS, "silent": SILENT_SECONDS, "lost": LOST_SECONDS}
    return LiveWorkers(*sql.row("heartbeats/live_workers", **limits, prefix=prefix))
