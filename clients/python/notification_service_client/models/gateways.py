"""Gateways."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    id: int
    name: str
    kind: str
    url: str
    config: dict[str, Any] | None
    has_token: bool
    token_variable: str
    tls_ca: str
    tls_certificate: str
    has_tls_key: bool
    connect_timeout_seconds: float | None
    request_timeout_seconds: float | None
    max_requests_per_second: float | None
    max_concurrency: int | None
    priority: int
    enabled: bool
    is_default: bool
    state: str
    unusable_reason: str
    unusable_code: str
    breaker: str
    held_reason: str
    held_code: str
    held_code_number: int | None
    held_at: datetime | None
    probe_at: datetime | None
    workers: int
    concurrency: int
    full_concurrency: int
    latency_ms: float | None
