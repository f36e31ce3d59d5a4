"""Webhooks and their deliveries."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Event = Literal[
    "mailing.started",
    "mailing.paused",
    "mailing.resumed",
    "mailing.finished",
    "mailing.cancelled",
    "messages.final",
    "messages.delivery",
    "client.opted_out",
    "gateway.held",
    "gateway.released",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    id: int
    url: str
    events: tuple[Event, ...]
    enabled: bool
    disabled_by: Literal["person", "failing", "gone"] | None
    disabled_at: datetime | None
    failing_since: datetime | None
    created_at: datetime
    updated_at: datetime
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookWithSecret(Webhook):
    secret: str | None  # shown once: None in an answer that is repeated


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDelivery:
    id: int
    event: str  # or `webhook.test`
    webhook_id: str  # the header of each attempt
    mailing: int | None
    messages: int
    happened_at: datetime
    status: Literal["waiting", "delivered", "failed"]
    attempts: int
    attempted_at: datetime | None
    next_attempt_at: datetime | None
    http_status: int | None
    answer: str
    error: str | None
    code: str | None
    code_number: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Redelivered:
    deliveries: int
