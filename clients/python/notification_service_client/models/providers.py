"""What providers tell: receipts, and replies."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptKey:
    key: str | None
    receipts_url: str
    inbound_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptsTaken:
    receipts: int
    unknown: int  # of no message of this gateway


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundTaken:
    id: int
    is_stop: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbound:
    id: int
    gateway: str | None
    phone: str
    text: str
    at: datetime
    received_at: datetime
    is_stop: bool
