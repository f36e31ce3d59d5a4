"""What passes between the dispatcher and the message queue, and what an outcome becomes as a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple, assert_never
from zoneinfo import ZoneInfo

from notification_service.delivery.outcome import Failed, Held, NoResponse, Response, Retry, Unknown
from notification_service.mailings.send_window import SendWindow, next_opening

if TYPE_CHECKING:
    from opentelemetry.trace import Span

ANSWER_CHARACTERS = 500  # of an answer's start, kept with its attempt


@dataclass(slots=True)
class ClaimedBatch:
    """What one claim took; its messages are this worker's until its lease ends."""

    id: int
    left: int  # messages whose outcome is not recorded
    start_before: float  # time.monotonic() from which the lease is too short for a request, or phones are old
    spans: "Mapping[int, Span] | None" = None  # of the claim, by mailing; None: no trace of it is recorded


class Claimed(NamedTuple):
    """A message of a claim. A tuple, for a worker makes ten thousands of them a second."""

    batch: ClaimedBatch
    id: int
    mailing_id: int
    attempt: int  # counts from 1, this one included
    phone: str
    timezone: str


@dataclass(frozen=True, slots=True)
class MailingTerms:
    """What holds for every message of a mailing, as it is now."""

    text: str
    end_at: datetime
    window: SendWindow | None
    give_up_on_unknown: bool
    is_running: bool
    trace_parent: str = ""


@dataclass(frozen=True, slots=True)
class GatewayState:
    database_ahead: float  # add to time.monotonic() for the database's time, seconds since the epoch
    fast_by_at_most: float  # seconds by which that may be too much: as long as the answer took
    is_enabled: bool
    is_held: bool
    has_rate: bool  # a limit of requests per second
    max_concurrency: int | None  # over all workers together


@dataclass(frozen=True, slots=True)
class Use:
    """What a worker does with a gateway, for its row."""

    limit: int | None  # the gateway's max_concurrency, as last seen
    under_way: int
    concurrency: int
    full_concurrency: int
    latency_seconds: float | None
    lease_seconds: float

    def columns(self) -> dict[str, float | None]:
        return {
            "concurrency": self.concurrency,
            "full_concurrency": self.full_concurrency,
            "latency_ms": None if self.latency_seconds is None else self.latency_seconds * 1000,
            "lease_seconds": self.lease_seconds,
        }


@dataclass(frozen=True, slots=True)
class Unsent:
    """What becomes of a claimed message that was not sent; without `attempt_outcome` no request was made."""

    message: Claimed
    status: str
    next_attempt_at: datetime | None = None
    attempt_outcome: str | None = None
    error: str | None = None
    charged: bool = True
    at: float = 0.0  # seconds since the epoch
    http_status: int | None = None
    answer: str = ""
    retry_at: datetime | None = None


@dataclass(slots=True)
class Recordable:
    """Outcomes that wait to be recorded together."""

    sent: list[tuple[Claimed, float]] = field(default_factory=list)  # with seconds since the epoch
    unsent: list[Unsent] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent) + len(self.unsent)

    def count_off(self) -> list[int]:
        """Note that these are recorded; answer the batches whose last messages were among them."""
        messages = [message for message, _ in self.sent] + [unsent.message for unsent in self.unsent]
        for message in messages:
            message.batch.left -= 1
        return list({message.batch.id for message in messages if message.batch.left <= 0})

    def extend(self, other: "Recordable") -> None:
        self.sent.extend(other.sent)
        self.unsent.extend(other.unsent)


def put_back(message: Claimed, *, until: datetime) -> Unsent:
    """The message was not requested: it waits on as if it had not been claimed."""
    return Unsent(message, "pending", next_attempt_at=until, charged=False)


def unsent(
    message: Claimed,
    outcome: Retry | Failed | Held | Unknown,
    *,
    answer: Response | NoResponse,
    terms: MailingTerms | None,
    now: datetime,
) -> Unsent:
    """The message after an attempt that did not succeed at `now`, and the attempt's own row.

    Without `terms`, of which a retry needs the window, that is looked at before the next request.
    """
    http = answer if isinstance(answer, Response) else None
    status, next_attempt_at = _next_step(message, outcome, terms, now)
    return Unsent(
        message,
        status,
        next_attempt_at=next_attempt_at,
        attempt_outcome=type(outcome).__name__.lower(),
        error=outcome.reason,
        charged=not isinstance(outcome, Held),
        at=now.timestamp(),
        http_status=http.status if http else None,
        answer=printable(http.body) if http else "",
        retry_at=outcome.at if isinstance(outcome, Retry) else None,
    )


def _next_step(
    message: Claimed, outcome: Retry | Failed | Held | Unknown, terms: MailingTerms | None, now: datetime
) -> tuple[str, datetime | None]:
    match outcome:
        case Retry(at=at):
            window = terms.window if terms else None
            return "pending", next_opening(window, zone=ZoneInfo(message.timezone), at=at)
        case Held():
            return "pending", now
        case Failed():
            return "failed", None
        case Unknown():
            return "unknown", None
        case _:
            assert_never(outcome)


def printable(body: bytes) -> str:
    """The start of an answer as text that PostgreSQL can hold."""
    return body[: 4 * ANSWER_CHARACTERS].decode(errors="replace").replace("\0", "\ufffd")[:ANSWER_CHARACTERS]
