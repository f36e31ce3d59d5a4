"""What a mailing would do, and tests of a text."""

from dataclasses import dataclass
from datetime import datetime

from notification_service_client.models.mailings import Excluded


@dataclass(frozen=True, slots=True, kw_only=True)
class SmsCount:
    """Of one message the fewest and the most, and of all."""

    min: int
    max: int
    total: int
    encoding: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleText:
    client: int
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a mailing would do if it were scheduled now."""

    clients: int
    excluded: Excluded
    sms: SmsCount
    samples: tuple[SampleText, ...]
    first_at: datetime | None
    last_opening_at: datetime | None
    spread_until: datetime | None
    unreachable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TestSend:
    __test__ = False  # for pytest

    id: int
    status: str
    text: str
    phone: str
    gateway: str
    error: str | None
    code: str | None
    created_at: datetime
    finished_at: datetime | None
