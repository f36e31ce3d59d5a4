"""The settings of a session, made once it exists: a pooler refuses most of them while connecting.

If the URL, the role or the database sets a value, it stays.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connections

SET_UNLESS_SET = """
    SELECT set_config(name, ours.value, false)
    FROM unnest(%(names)s::text[], %(values)s::text[]) AS ours (name, value) JOIN pg_settings USING (name)
    WHERE source NOT IN ('client', 'user', 'database', 'database user')
"""

# For libpq only, not for the server. A server that vanished silently is noticed within seconds.
CONNECTION = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
LOCK_MILLISECONDS = 1800  # a request that cannot have a lock by then gets a 503
OF_WEB = {
    "lock_timeout": f"{LOCK_MILLISECONDS}ms",
    # If a machine vanishes silently, what it has locked is free after these.
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}
MARGIN_SECONDS = 2.0  # for the server's own timeout to arrive


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a process lets the database think about one statement, and wait for a lock."""

    application_name: str
    statement_seconds: float  # 0: for as long as it takes
    settings: Mapping[str, str] | None = None  # of each session; None: those of a web process

    @property
    def answer_seconds(self) -> float | None:
        return self.statement_seconds + MARGIN_SECONDS if self.statement_seconds else None

    @property
    def server_settings(self) -> dict[str, str]:
        return {
            "application_name": self.application_name,
            "statement_timeout": f"{self.statement_seconds * 1000:.0f}ms",
            **(OF_WEB if self.settings is None else self.settings),
        }


def bound(alias: str, limits: Limits) -> None:
    """Limit every connection that this process opens from now on."""
    database = connections.settings[alias]
    database |= {"LIMITS": limits, "OPTIONS": CONNECTION | database["OPTIONS"]}


def parameters(settings: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the parameters of SET_UNLESS_SET."""
    return {"names": list(settings), "values": list(settings.values())}
