"""Whether a mailing is finished before its end, and whom it does not reach."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneClients:
    timezone: str
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Whose messages are not sent before the mailing's end; by zone, most first."""

    total: int
    by_zone: tuple[ZoneClients, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    finishes_at: datetime | None
    sent: int
    unreached: Unreached
    limited_by: str | None
    needed_requests_per_second: float | None
