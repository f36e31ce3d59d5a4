"""What passes between claim, send, decide and record."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings.reasons import Why, read_row
from notification_service.mailings.send_window import SendWindow

if TYPE_CHECKING:
    from opentelemetry.trace import Span


@dataclass(slots=True)
class ClaimedBatch:
    """What one claim took; its messages are this worker's until its lease ends."""

    id: int
    left: int  # messages whose outcome is not recorded
    start_before: float  # steady_seconds() from which the lease is too short for a request, or phones are old
    is_probe: bool = False  # whether its message is to find out if a held gateway takes messages again
    spans: "Mapping[int, Span] | None" = None  # of the claim, by mailing; None: no trace of it is recorded


class Claimed(NamedTuple):
    """A message of a claim. A tuple, for a worker makes ten thousands of them a second."""

    batch: ClaimedBatch
    id: int
    mailing_id: int
    attempt: int  # counts from 1, this one included
    phone: str
    timezone: str
    reason: str = ""  # of its last attempt, and its number
    reason_number: int | None = None

    @property
    def has_failed(self) -> bool:
        """Before, so that another failure may be its own."""
        return bool(self.reason)

    @property
    def failed_for(self) -> Why | None:
        return read_row(self.reason, self.reason_number)


@dataclass(frozen=True, slots=True)
class MailingTerms:
    """What holds for every message of a mailing, as it is now."""

    text: str
    end_at: datetime
    window: SendWindow | None
    give_up_on_unknown: bool
    is_running: bool
    trace_parent: str = ""


class Released(NamedTuple):
    """No request was made for a message: it waits on, for these hours to open where there are any."""

    until: datetime
    window: SendWindow | None = None


class NotBegun(NamedTuple):
    """No request can be made for a message here and now: an attempt that says nothing of the gateway."""

    reason: Why


@dataclass(slots=True)  # not frozen: one is made for every message, and freezing doubles its price
class Reply:
    """What came of a request."""

    response: Response | NoResponse
    terms: MailingTerms  # with which it started
    seconds: float


@dataclass(frozen=True, slots=True)
class NotSent:
    """What becomes of a claimed message that was not sent; without `attempt_outcome` no request was made."""

    message: Claimed
    status: str
    next_attempt_at: datetime | None = None
    attempt_outcome: str | None = None
    reason: Why | None = None
    charged: bool = True
    at: float = 0.0  # seconds since the epoch
    http_status: int | None = None
    response: str = ""  # its start
    retry_at: datetime | None = None
    window: SendWindow | None = None  # by which `next_attempt_at` was worked out


@dataclass(slots=True)
class OutcomeBuffer:
    """Outcomes that wait to be recorded together."""

    sent: list[tuple[Claimed, float]] = field(default_factory=list)  # with seconds since the epoch
    not_sent: list[NotSent] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent) + len(self.not_sent)

    def extend(self, other: "OutcomeBuffer") -> None:
        self.sent.extend(other.sent)
        self.not_sent.extend(other.not_sent)

    def count_off(self) -> list[int]:
        """Note that these are recorded; return the batches whose last messages were among them."""
        messages = [message for message, _ in self.sent] + [row.message for row in self.not_sent]
        for message in messages:
            message.batch.left -= 1
        return list({message.batch.id for message in messages if message.batch.left <= 0})
