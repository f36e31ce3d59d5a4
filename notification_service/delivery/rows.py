"""What passes between the dispatcher and the message queue, and what an outcome becomes as a row."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import assert_never
from zoneinfo import ZoneInfo

from notification_service.delivery.outcome import Answer, Failed, Held, NoAnswer, Retry, Unknown
from notification_service.mailings.send_window import SendWindow, next_opening

ANSWER_CHARACTERS = 500  # of an answer's start, kept with its attempt


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is this worker's until its batch's lease ends."""

    id: int
    mailing_id: int
    batch_id: int
    attempt: int  # counts from 1, this one included
    phone: str
    timezone: str
    start_before: float  # time.monotonic() from which its lease is too short for a request, or its phone old


@dataclass(frozen=True, slots=True)
class MailingTerms:
    """What holds for every message of a mailing, as it is now."""

    text: str
    end_at: datetime
    window: SendWindow | None
    give_up_on_unknown: bool
    is_running: bool


@dataclass(frozen=True, slots=True)
class GatewayState:
    is_held: bool
    database_ahead: float  # add to time.monotonic() for the database's time, seconds since the epoch


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
    answer: Answer | NoAnswer,
    terms: MailingTerms,
    now: datetime,
) -> Unsent:
    """The message after an attempt that did not succeed at `now`, and the attempt's own row."""
    http = answer if isinstance(answer, Answer) else None
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
        answer=_printable(http.body) if http else "",
        retry_at=outcome.at if isinstance(outcome, Retry) else None,
    )


def _next_step(
    message: Claimed, outcome: Retry | Failed | Held | Unknown, terms: MailingTerms, now: datetime
) -> tuple[str, datetime | None]:
    match outcome:
        case Retry(at=at):
            return "pending", next_opening(terms.window, zone=ZoneInfo(message.timezone), at=at)
        case Held():
            return "pending", now
        case Failed():
            return "failed", None
        case Unknown():
            return "unknown", None
        case _:
            assert_never(outcome)


def _printable(body: bytes) -> str:
    """The start of an answer as text that PostgreSQL can hold."""
    return body[: 4 * ANSWER_CHARACTERS].decode(errors="replace").replace("\0", "\ufffd")[:ANSWER_CHARACTERS]
