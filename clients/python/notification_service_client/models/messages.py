"""Messages and their failed attempts."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from notification_service_client.models.hours import SendWindow

MessageStatus = Literal["pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: int
    mailing: int | None  # None: a single message
    client: int | None
    client_external_id: str | None
    status: MessageStatus
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    next_attempt_at: datetime | None
    gateway: str | None
    provider_id: str | None
    delivery: Literal["delivered", "undelivered"] | None
    delivered_at: datetime | None
    delivery_reason: str | None
    error: str | None
    code: str | None
    code_number: int | None
    cause: str | None
    cause_number: int | None
    reference: str | None


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
class SingleTerms:
    """What a single message says."""

    phone: str | None
    text: str
    end_at: datetime
    send_window: SendWindow | None
    gateway: str | None
    topic: str
    ignores_opt_outs: bool
    reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageError:
    pointer: str
    detail: str
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageResult:
    message: Message | None  # None: it was not taken
    errors: tuple[MessageError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageResults:
    """One for each message that was sent, in their order."""

    accepted: int
    refused: int
    results: tuple[MessageResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDetail(Message):
    single: SingleTerms | None
    failed_attempts: tuple[FailedAttempt, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePage:
    next: str | None
    previous: str | None
    results: tuple[Message, ...]
