"""What the service responds. A field that a later version adds is left out; a new status comes as it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal

Attribute = str | int | float | bool | None
MailingStatus = Literal["scheduled", "running", "paused", "finished", "cancelled"]
MessageStatus = Literal["pending", "sending", "sent", "failed", "expired", "cancelled", "unknown"]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
OnUnknown = Literal["send_again", "give_up"]


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


@dataclass(frozen=True, slots=True)
class OutcomeOf:
    """Clients whose message of another mailing ended so; without statuses: failed, expired or cancelled."""

    mailing: int
    statuses: tuple[MessageStatus, ...] = ()


@dataclass(frozen=True, slots=True)
class ExcludedFilter:
    """Clients who match all that is given.

    `where` is a condition, such as `{"field": "attributes.city", "op": "eq", "value": "Kazan"}`; the API's
    reference has its grammar.
    """

    operator_codes: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    outcome_of: OutcomeOf | None = None
    where: Mapping[str, Any] | None = None
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class AudienceFilter(ExcludedFilter):
    """Clients who match all that is given, but not those excluded; an empty filter is everyone."""

    exclude: ExcludedFilter | None = None


ClientFilter = AudienceFilter  # as the API calls it where it is no mailing's


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A filter under a name, for mailings and other segments."""

    id: int
    name: str
    filter: ClientFilter
    created_at: datetime
    updated_at: datetime
    etag: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedSegment(Segment):
    clients: int  # how many are in it now


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferenceExclusions:
    """How many clients match, and want no message."""

    opted_out: int
    no_consent: int


@dataclass(frozen=True, slots=True)
class AudienceSize:
    clients: int
    excluded: PreferenceExclusions


@dataclass(frozen=True, slots=True)
class SendWindow:
    """In each client's own time: hours of the day, or all day on `days` or outside `holidays`."""

    from_: time | None = None
    to: time | None = None
    days: tuple[Day, ...] | None = None
    holidays: str | None = None  # a country, such as "RU"


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
    on_unknown: OnUnknown
    gateway: str | None
    failover: bool
    topic: str
    requires_consent: bool
    ignores_opt_outs: bool
    reference: str
    status: MailingStatus
    messages: MessageCounts
    excluded: Excluded
    created_at: datetime
    updated_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    etag: str | None = None  # of one that was read by itself or changed; those of a list have none


@dataclass(frozen=True, slots=True, kw_only=True)
class Minute:
    minute: datetime
    sent: int
    failed: int
    retried: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    reason: str
    code: str
    code_number: int | None
    messages: int


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
    next: str | None
    previous: str | None
    results: tuple[Mailing, ...]


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


@dataclass(frozen=True, slots=True, kw_only=True)
class OptOut:
    id: int
    phone: str
    topic: str  # empty: everything
    reason: str
    source: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    id: int
    phone: str
    topic: str  # empty: everything
    given_at: datetime
    evidence: str
    revoked_at: datetime | None


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
    unreachable: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneClients:
    timezone: str
    clients: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreached:
    """Whose messages are not sent before the mailing's end; by zone, most first."""

    total: int
    by_zone: tuple[ZoneClients, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    finishes_at: datetime | None
    sent: int
    unreached: Unreached
    limited_by: str | None
    needed_requests_per_second: float | None


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
