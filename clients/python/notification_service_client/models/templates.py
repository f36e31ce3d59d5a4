"""Templates."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    id: int
    name: str
    text: str
    version: int
    updated_at: datetime
    etag: str | None = None  # of one that was read by itself or changed; those of a list have none


@dataclass(frozen=True, slots=True, kw_only=True)
class TemplateVersion:
    version: int
    name: str
    text: str
    updated_at: datetime
