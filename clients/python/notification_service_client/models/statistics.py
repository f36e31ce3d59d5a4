"""What became of mailings."""

from dataclasses import dataclass
from datetime import datetime

from notification_service_client.models.mailings import Deliveries, Mailing, MessageCounts
from notification_service_client.models.messages import MessagePage


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    minute: datetime
    sent: int
    failed: int
    retried: int
    delivered: int
    undelivered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    reason: str
    code: str
    code_number: int | None
    messages: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingInfo(Mailing):
    timeline: tuple[Minute, ...]
    failures: tuple[Failure, ...]
    first_messages: MessagePage  # `messages.list(mailing=…)` has them all
    messages_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MailingCounts:
    total: int
    scheduled: int
    running: int
    paused: int
    finished: int
    cancelled: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FullInfo:
    """All mailings and messages by status, and the newest mailings; `mailings.list()` has them all."""

    mailings: MailingCounts
    messages: MessageCounts
    single: MessageCounts
    deliveries: Deliveries
    next: str | None
    previous: str | None
    results: tuple[Mailing, ...]
