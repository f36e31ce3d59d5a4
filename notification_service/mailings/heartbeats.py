"""Which worker processes live: each says so every second, whether or not there is anything to send."""

from dataclasses import dataclass

from notification_service.mailings.sql import sql

ALIVE_SECONDS = 5.0  # without a word, after which a worker counts as gone
SILENT_SECONDS = 5.0  # without a call, after which broker or beat count as silent


@dataclass(frozen=True, slots=True)
class LiveWorkers:
    alive: int
    silent: int  # of those alive: they hear nothing from broker or beat, and call themselves
    seen_seconds_ago: float | None  # the latest word of any; None: there never was one


def record_heartbeat(name: str, *, silent_seconds: float) -> None:
    """Say that the worker lives, and for how long it has heard nothing from broker and beat."""
    sql.execute("heartbeats/record", name=name, silent=silent_seconds)


def forget_worker(name: str) -> None:
    """The worker ends; workers that were killed a day ago are forgotten as well."""
    sql.execute("heartbeats/forget_worker", name=name)


def live_workers(*, host: str = "") -> LiveWorkers:
    """Of all hosts, or of one."""
    prefix = f"{host}:" if host else ""
    limits = {"alive": ALIVE_SECONDS, "silent": SILENT_SECONDS}
    return LiveWorkers(*sql.row("heartbeats/live_workers", **limits, prefix=prefix))
