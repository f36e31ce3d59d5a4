"""What a session of ours has set, once it is there: a pooler refuses most of what comes with the connection.

What the URL, the role or the database says of a setting stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db import connections

SET_UNLESS_SET = """
    SELECT set_config(name, ours.value, false)
    FROM unnest(%(names)s::text[], %(values)s::text[]) AS ours (name, value) JOIN pg_settings USING (name)
    WHERE source NOT IN ('client', 'user', 'database', 'database user')
"""

# Of libpq alone: the server is told none of these. What vanished without a word is noticed within seconds.
CONNECTION = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
}
LOCK_MILLISECONDS = 1800  # a request that cannot have a lock by then is answered 503
MARGIN_SECONDS = 2.0  # for the server's own timeout to be told


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a process lets the database think about one statement."""

    application_name: str
    statement_seconds: float

    @property
    def answer_seconds(self) -> float:
        return self.statement_seconds + MARGIN_SECONDS

    @property
    def server_settings(self) -> dict[str, str]:
        return {
            "application_name": self.application_name,
            "statement_timeout": f"{self.statement_seconds * 1000:.0f}ms",
            "lock_timeout": f"{LOCK_MILLISECONDS}ms",
            # Of a machine that is gone without a word: what it has locked is free within these.
            "idle_in_transaction_session_timeout": "60s",
            "tcp_keepalives_idle": "10",
            "tcp_keepalives_interval": "5",
            "tcp_keepalives_count": "3",
        }


def bound(alias: str, limits: Limits) -> None:
    """Have every connection that this process opens from now on bounded."""
    database = connections.settings[alias]
    database |= {"LIMITS": limits, "OPTIONS": CONNECTION | database["OPTIONS"]}


def parameters(settings: Mapping[str, str]) -> dict[str, list[str]]:
    """Of SET_UNLESS_SET."""
    return {"names": list(settings), "values": list(settings.values())}
