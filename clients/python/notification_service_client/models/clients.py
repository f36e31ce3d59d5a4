"""Clients, and what became of a file of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

Attribute = str | int | float | bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    id: int
    phone: str
    operator_code: str
    tag: str
    tags: tuple[str, ...]
    timezone: str
    external_id: str | None
    attributes: Mapping[str, Attribute]
    created_at: datetime
    updated_at: datetime
    etag: str | None = None  # of one that was read by itself or changed; those of a list have none


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    line: int
    reason: str
    field: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    received: int
    created: int
    updated: int
    unchanged: int
    rejected: int
    errors: tuple[Rejection, ...]
    errors_truncated: bool
