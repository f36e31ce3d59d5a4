"""Mailings."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from notification_service_client.models.filters import AudienceFilter, PreferenceExclusions
from notification_service_client.models.hours import SendWindow

MailingStatus = Literal["scheduled", "running", "paused", "finished", "cancelled"]
OnUnknown = Literal["send_again", "give_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageCounts:
    total: int
    pending: int
    sending: int
    sent: int
    failed: int
    expired: int
    cancelled: int
    unknown: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Deliveries:
    """By the provider's receipts; `awaited`: sent, without one so far."""

    delivered: int
    undelivered: int
    awaited: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Excluded(PreferenceExclusions):
    """How many clients matched at the start, and get no message."""

    no_value: int  # they lack a value that the text needs


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    id: int
    name: str
    text: str
    start_at: datetime
    end_at: datetime
    filter: AudienceFilter
    send_window: SendWindow | None
    ignores_contact_hours: bool
    spread_minutes: int | None
    on_unknown: OnUnknown
    gateway: str | None
    failover: bool
    topic: str
    requires_consent: bool
    ignores_opt_outs: bool
    reference: str
    status: MailingStatus
    messages: MessageCounts
    deliveries: Deliveries
    excluded: Excluded
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    etag: str | None = None  # of one that was read by itself or changed; those of a list have none
