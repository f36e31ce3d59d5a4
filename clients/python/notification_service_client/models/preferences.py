"""Opt-outs and consents."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    id: int
    phone: str
    topic: str  # empty: everything
    reason: str
    source: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    id: int
    phone: str
    topic: str  # empty: everything
    given_at: datetime
    evidence: str
    revoked_at: datetime | None
