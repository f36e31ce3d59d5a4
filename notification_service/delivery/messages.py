"""The values that claim, send, decide and record pass on."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from notification_service.delivery.outcome import NoResponse, Response
from notification_service.mailings.personal_text import (
    InvalidText,
    PersonalText,
    as_it_is,
    is_personal,
    read_text,
)
from notification_service.mailings.reasons import Reason, Why, read_row
from notification_service.mailings.send_window import Hours

if TYPE_CHECKING:
    from opentelemetry.trace import Span

Row = TypeVar("Row")


HUNG = Reason.RESPONSE_TIMEOUT.value


@dataclass(slots=True)
class ClaimedBatch:
    """What one claim took: its messages belong to this worker until its lease ends."""

    id: int
    left: int  # messages without a recorded outcome
    start_before: float  # steady_seconds(): later the lease is too short for a request, or the phones too old
    is_probe: bool = False  # whether its message shows if a held gateway takes messages again
    spans: "Mapping[int, Span] | None" = None  # of the claim, by mailing; None: no trace is recorded
    preferences_known: int = 0  # the number of changes as of which each phone wants its message
    excluded: dict[int, str] = field(default_factory=dict)  # messages whose phone does not, and why


class Claimed(NamedTuple):
    """A message of a claim. A tuple, because a worker makes tens of thousands a second."""

    batch: ClaimedBatch
    id: int
    mailing_id: int  # of a single message, which has none: minus its own id, under which its terms are known
    attempt: int  # counts from 1, this one included
    phone: str
    timezone: str
    reason: str = ""  # of its last attempt, with its number
    reason_number: int | None = None
    partition: int = 0  # of the messages' table
    # Of its client, if the text had placeholders at the claim. As JSON, which is read if it is needed.
    attributes: str | None = None
    tag: str | None = None

    @property
    def is_single(self) -> bool:
        return self.mailing_id < 0

    @property
    def in_mailing(self) -> int | None:
        """The mailing's id, for people and logs."""
        return None if self.mailing_id < 0 else self.mailing_id

    @property
    def has_failed(self) -> bool:
        """It has failed before, so another failure may be its own fault."""
        return bool(self.reason)

    @property
    def has_hung(self) -> bool:
        """Its last attempt hung, so the next one may hang, too."""
        return self.reason == HUNG

    @property
    def failed_for(self) -> Why | None:
        return read_row(self.reason, self.reason_number)


@dataclass(frozen=True, slots=True)
class MailingTerms:
    """What applies to every message of a mailing, as it is now; or to a single message, as it was claimed."""

    text: str
    end_at: datetime
    hours: Hours
    give_up_on_unknown: bool
    is_running: bool
    hours_version: int | None = 0  # None: these hours never change
    trace_parent: str = ""
    is_done: bool = field(default=False, compare=False)  # each of its messages has ended
    left: int = field(default=0, compare=False)  # messages that have not
    ends_at: float = field(
        init=False
    )  # the same end, in seconds since the epoch: it is asked for each message
    personal: PersonalText | None = field(init=False, compare=False)  # the text, if it may have placeholders
    text_has_changed: bool = False  # since the mailing started
    keeps_texts: bool = field(init=False, compare=False)  # for the mailing does not say what a message said

    def __post_init__(self) -> None:
        object.__setattr__(self, "ends_at", self.end_at.timestamp())
        object.__setattr__(self, "personal", _read(self.text) if is_personal(self.text) else None)
        object.__setattr__(self, "keeps_texts", self.text_has_changed or self.personal is not None)


class Released(NamedTuple):
    """No request was made for a message: it waits again, for its hours to open if they have a version."""

    until: datetime
    hours_version: int | None = None


class Unsendable(NamedTuple):
    """No request can be made for a message, now or later, for its own sake."""

    reason: Why


class NotBegun(NamedTuple):
    """No request can be made for a message here: an attempt that says nothing about the gateway."""

    reason: Why


@dataclass(slots=True)  # not frozen: one is made for every message, and freezing doubles its cost
class Reply:
    """What came of a request."""

    response: Response | NoResponse
    terms: MailingTerms  # as they were at its start
    seconds: float
    ended_at: float  # steady_seconds()
    text: str | None = None  # if it is to be kept with a success


@dataclass(frozen=True, slots=True)
class NotSent:
    """What becomes of a claimed message that was not sent. Without `attempt_outcome`, no request was made."""

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
    hours_version: int | None = None  # of those from which `next_attempt_at` was computed


@dataclass(slots=True)
class OutcomeBuffer:
    """Outcomes that wait to be recorded together."""

    sent: list[tuple[Claimed, float]] = field(default_factory=list)  # with seconds since the epoch
    not_sent: list[NotSent] = field(default_factory=list)
    # What the provider calls those that are sent, where its responses say so.
    provider_ids: dict[int, str] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)  # to be kept, by the id of a sent message

    def __len__(self) -> int:
        return len(self.sent) + len(self.not_sent)

    def extend(self, other: "OutcomeBuffer") -> None:
        self.sent.extend(other.sent)
        self.texts |= other.texts
        self.not_sent.extend(other.not_sent)
        self.provider_ids |= other.provider_ids

    def count_off(self) -> list[int]:
        """Note that these are recorded; return the batches whose last messages were among them."""
        messages = [message for message, _ in self.sent] + [row.message for row in self.not_sent]
        for message in messages:
            message.batch.left -= 1
        return list({message.batch.id for message in messages if message.batch.left <= 0})


@lru_cache(maxsize=256)  # terms are read ten times a second
def _read(text: str) -> PersonalText:
    try:
        return read_text(text)
    except InvalidText:
        return as_it_is(text)


def by_partition(rows: Iterable[Row], message_of: Callable[[Row], Claimed]) -> dict[int, list[Row]]:
    """Group rows by the partition of their messages, because a statement reads only one."""
    found: dict[int, list[Row]] = {}
    for row in rows:
        found.setdefault(message_of(row).partition, []).append(row)
    return found
