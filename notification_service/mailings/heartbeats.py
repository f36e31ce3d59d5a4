"""Which worker processes live: each says so every second, whether or not there is anything to send."""

from dataclasses import dataclass

from django.db import connection

ALIVE_SECONDS = 5.0  # without a word, after which a worker counts as gone
SILENT_SECONDS = 5.0  # without a call, after which broker or beat count as silent

NOTE = """
INSERT INTO mailings_worker AS worker (name, started_at, seen_at, heard_at)
VALUES (%(name)s, now(), now(), now() - make_interval(secs => %(silent)s))
ON CONFLICT (name) DO UPDATE SET seen_at = excluded.seen_at, heard_at = excluded.heard_at
"""
FORGET = "DELETE FROM mailings_worker WHERE name = %(name)s OR seen_at < now() - interval '1 day'"
LOOK = """
SELECT count(*) FILTER (WHERE alive), count(*) FILTER (WHERE alive AND silent), min(age)
FROM (
  SELECT seen_at > now() - make_interval(secs => %(alive)s) AS alive,
    heard_at < now() - make_interval(secs => %(silent)s) AS silent,
    extract(epoch FROM now() - seen_at)::float8 AS age
  FROM mailings_worker WHERE starts_with(name, %(prefix)s)
) AS worker
"""


@dataclass(frozen=True, slots=True)
class Workers:
    alive: int
    silent: int  # of those alive: they hear nothing from broker or beat, and call themselves
    seen_seconds_ago: float | None  # the latest word of any; None: there never was one


def note_worker(name: str, *, silent_seconds: float) -> None:
    """Say that the worker lives, and for how long it has heard nothing from broker and beat."""
    _execute(NOTE, name=name, silent=silent_seconds)


def forget_worker(name: str) -> None:
    """The worker ends; workers that were killed a day ago are forgotten as well."""
    _execute(FORGET, name=name)


def look_for_workers(*, host: str = "") -> Workers:
    """All workers, or those of one host."""
    with connection.cursor() as cursor:
        prefix = f"{host}:" if host else ""
        cursor.execute(LOOK, {"alive": ALIVE_SECONDS, "silent": SILENT_SECONDS, "prefix": prefix})
        return Workers(*cursor.fetchone())


def _execute(statement: str, **parameters: str | float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
