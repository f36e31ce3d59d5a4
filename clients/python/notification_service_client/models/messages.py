"""Messages and their failed attempts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

MessageStatus = Literal["pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: int
    mailing: int
    client: int | None
    client_external_id: str | None
    status: MessageStatus
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    gateway: str | None
    error: str | None
    code: str | None
    code_number: int | None
    cause: str | None
    cause_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAttempt:
    number: int
    at: datetime
    outcome: str
    gateway: str | None
    error: str
    code: str
    code_number: int | None
    http_status: int | None
    answer: str | None
    retry_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail(Message):
    failed_attempts: tuple[FailedAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    next: str | None
    previous: str | None
    results: tuple[Message, ...]
