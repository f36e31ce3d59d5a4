"""Which worker processes live: each says so every second, whether or not there is anything to send."""

import os
import secrets
import socket
from dataclasses import dataclass
from functools import cache

from notification_service.mailings.models import Worker
from notification_service.mailings.sql import sql

ALIVE_SECONDS = 5.0  # without a word, after which a worker counts as gone
SILENT_SECONDS = 5.0  # without a call, after which broker or beat count as silent
LOST_SECONDS = 3.0  # without the queue, after which a worker counts as cut off from it


NAME_LENGTH = 100


@dataclass(frozen=True, slots=True)
class LiveWorkers:
    alive: int
    silent: int  # of those alive: they hear nothing from broker or beat, or have not yet, and call themselves
    cut_off: int  # of those alive: their own connection to the queue fails
    seen_seconds_ago: float | None  # the latest word of any; None: there never was one


def worker_name() -> str:
    """Of this process alone: containers on their host's network share its name, and each may be process 1."""
    return _name(os.getpid())


@cache
def _name(process_id: int) -> str:
    return f"{socket.gethostname()}:{process_id}:{secrets.token_hex(4)}"[-NAME_LENGTH:]


def record_heartbeat(name: str, *, silent_seconds: float | None, lost_seconds: float | None = None) -> None:
    """Say that the worker lives, and for how long it has heard no call and has been cut off from the queue.

    None: it has heard none yet; it is not.
    """
    sql.execute("heartbeats/record", name=name, silent=silent_seconds, lost=lost_seconds)


def forget_worker(name: str) -> None:
    """The worker ends; workers that were killed a day ago are forgotten as well."""
    sql.execute("heartbeats/forget_worker", name=name)


def forget_ended_workers() -> None:
    """Of this host, those whose process is gone without a word."""
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
    """Of all hosts, or of one."""
    prefix = f"{host}:" if host else ""
    limits = {"alive": ALIVE_SECONDS, "silent": SILENT_SECONDS, "lost": LOST_SECONDS}
    return LiveWorkers(*sql.row("heartbeats/live_workers", **limits, prefix=prefix))
