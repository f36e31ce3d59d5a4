"""What was asked of the service and when: which values may be in force at a moment. Pure."""

from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Generic, TypeVar

Value = TypeVar("Value")

NEVER = float("inf")
EFFECT_SECONDS = 1.0  # rule 10: within a second of the answer


@dataclass(slots=True)
class Change(Generic[Value]):
    value: Value
    asked_at: float
    settled_at: float = NEVER  # from then on the former value is wrong


class Changes(Generic[Value]):
    """The values of one thing in the order they were asked for, none before the one before was answered."""

    def __init__(self, value: Value, *, asked_at: float = 0.0, settled_at: float = 0.0) -> None:
        self._changes = [Change(value, asked_at, settled_at)]

    @property
    def latest(self) -> Value:
        return self._changes[-1].value

    def ask(self, value: Value, *, at: float) -> Change[Value]:
        change = Change(value, at)
        self._changes.append(change)
        return change

    def settle(self, change: Change[Value], *, answered_at: float) -> None:
        change.settled_at = answered_at + EFFECT_SECONDS

    def withdraw(self, change: Change[Value]) -> None:
        self._changes.remove(change)

    def at(self, moment: float) -> list[Value]:
        """Every value that may be in force: the last settled one, and those asked for since."""
        settled = [n for n, change in enumerate(self._changes) if change.settled_at <= moment]
        return [c.value for c in self._changes[max(settled, default=0) :] if c.asked_at <= moment]

    def until(self, moment: float) -> list[Value]:
        """Every value that has been asked for."""
        return [change.value for change in self._changes if change.asked_at <= moment]

    @property
    def is_settled(self) -> bool:
        """Whether the latest value is in force, beyond doubt."""
        return self._changes[-1].settled_at < NEVER

    @property
    def asked(self) -> int:
        """How often another value was asked for, and not refused."""
        return len(self._changes) - 1

    def told(self) -> list[str]:
        """For people: each value with when it was asked for and when it had to hold."""
        return [f"{c.value} asked {c.asked_at:.3f}, settled {c.settled_at:.3f}" for c in self._changes]


@dataclass(frozen=True, slots=True)
class Hours:
    """A send window: `opens` <= t < `closes` of the client's day, across midnight where they are reversed.

    The same time twice is the whole day. What is after midnight belongs to the day before.
    """

    opens: time
    closes: time
    weekday: int | None = None  # the only one, if there is one

    def __str__(self) -> str:
        return f"{self.opens} to {self.closes}" + ("" if self.weekday is None else f", day {self.weekday}")

    def contain(self, local: datetime) -> bool:
        clock, weekday = local.time(), local.weekday()
        if self.opens < self.closes:
            is_open = self.opens <= clock < self.closes
        else:
            is_open = clock >= self.opens or clock < self.closes
            weekday = weekday if clock >= self.opens else (weekday - 1) % 7
        return is_open and self.weekday in (None, weekday)


NAMELESS = "nobody"
PLACEHOLDER = "{{name|nobody}}"
RUNNING, PAUSED, CANCELLED, DELETED = "running", "paused", "cancelled", "deleted"


@dataclass(slots=True)
class MailingHistory:
    number: int
    id: int
    start_at: float
    tags: frozenset[str]
    gives_up: bool
    text: Changes[str]
    end_at: Changes[float]
    hours: Changes[Hours | None]
    state: Changes[str]
    spread: Changes[int | None] = field(default_factory=lambda: Changes[int | None](None))  # minutes
    is_single: bool = False  # no mailing: the terms of a single message

    @property
    def is_spread(self) -> bool:
        return any(minutes is not None for minutes in self.spread.until(NEVER))


@dataclass(slots=True)
class SingleHistory:
    """A single message as it was asked for. `terms.id` is that of the message, 0 where it was refused."""

    reference: str
    phone: str | None  # None: to a client, by id
    terms: MailingHistory
    answered_at: float
    may_be_refused: bool
    must_be_refused: bool

    @property
    def is_taken(self) -> bool:
        return self.terms.id > 0


@dataclass(frozen=True, slots=True)
class Said:
    """A reply that was passed on."""

    phone: str
    text: str
    at: str
    is_stop: bool


@dataclass(slots=True)
class ClientHistory:
    number: int
    tag: str
    phone: Changes[str]
    timezone: Changes[str]
    is_alive: Changes[bool]
    name: Changes[str] = field(default_factory=lambda: Changes(NAMELESS))  # of its attributes


@dataclass(slots=True)
class History:
    mailings: dict[int, MailingHistory] = field(default_factory=dict)  # by id
    clients: dict[int, ClientHistory] = field(default_factory=dict)  # by number
    opt_outs: dict[str, Changes[bool]] = field(default_factory=dict)  # by phone; none is withdrawn
    singles: list[SingleHistory] = field(default_factory=list)
    replies: list[Said] = field(default_factory=list)
    receipts: dict[int, set[str]] = field(default_factory=dict)  # what we told, by message

    def wants_nothing(self, phone: str, *, at: float) -> list[bool]:
        """Return whether the phone has opted out: both, where the answer may not be known yet."""
        return self.opt_outs[phone].at(at) if phone in self.opt_outs else [False]
