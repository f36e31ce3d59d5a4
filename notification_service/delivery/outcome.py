"""What a gateway's response, or its absence, means for a message. Pure: no clock, no I/O, no Django."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from random import Random
from typing import ClassVar, NamedTuple, assert_never

from notification_service.delivery.config import DeliveryConfig
from notification_service.mailings.reasons import Reason, Why

MAX_RESPONSE_BYTES = 64 * 1024
MAX_RETRY_AFTER = timedelta(hours=6)
OUR_ERROR = Why(Reason.INTERNAL_ERROR)  # the reason for every error of ours


class Response(NamedTuple):
    """An HTTP response. `body` has at most MAX_RESPONSE_BYTES, and one byte more if it was longer.

    A tuple, because one is made for every message.
    """

    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class NoResponse:
    """A request without a response, or with part of one. `maybe_taken` unless it was certainly not read."""

    reason: Why
    maybe_taken: bool
    partial: Response | None = field(default=None, compare=False)  # its status, what came of its body


# Exactly this object: no request was made, because it was too late once there was a connection.
TOO_LATE = NoResponse(Why(Reason.CONNECT_TIMEOUT), maybe_taken=False)
MayStart = Callable[[], bool]


def always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Accepted:
    """The gateway took the message."""


@dataclass(frozen=True, slots=True)
class Refused:
    """The gateway will never take this message."""

    reason: Why


@dataclass(frozen=True, slots=True)
class NotLetIn:
    """The gateway takes no message of ours: because of our token, our account or our address."""

    reason: Why


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It was not taken now. `is_trouble`: this has nothing to do with the message."""

    reason: Why
    is_trouble: bool = False
    wait_seconds: float = 0  # at least, if the kind of gateway is known to need it


Verdict = Accepted | Refused | NotLetIn | TryAgain
ACCEPTED = Accepted()


# For each outcome, `is_trouble` says whether the gateway itself may be failing: breakers count these.


@dataclass(frozen=True, slots=True)
class Sent:
    is_trouble: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class Retry:
    at: datetime
    reason: Why
    is_trouble: bool = True


@dataclass(frozen=True, slots=True)
class Failed:
    reason: Why
    is_trouble: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """The gateway does not let us in: nothing is charged to the message."""

    is_trouble: ClassVar[bool] = False
    reason: Why


@dataclass(frozen=True, slots=True)
class Unknown:
    """The gateway may have taken it, and the mailing asks not to repeat it."""

    is_trouble: ClassVar[bool] = True
    reason: Why


Outcome = Sent | Retry | Failed | Held | Unknown
SENT = Sent()


def decide(
    response: Response | NoResponse,
    *,
    judge: Callable[[Response], Verdict],
    attempt: int,
    give_up_on_unknown: bool,
    now: datetime,
    config: DeliveryConfig,
    random: Random,
    shut_out_as: Why | None = None,
) -> Outcome:
    """Rules 5, 6 and 8 of delivery. `attempt` counts from 1, this one included; `now` is aware.

    `judge` is the gateway's own: a response means different things to different kinds. `shut_out_as`: the
    reason why the message was not let in before. Others have been let in since, so the message itself is the
    cause.
    """
    if isinstance(response, NoResponse):
        if response.partial and judge(response.partial) is ACCEPTED:
            return SENT  # it says so in spite of a wrong length, or a connection cut after the last brace
        if give_up_on_unknown and response.maybe_taken:
            return Unknown(response.reason)
        nothing = TryAgain(response.reason, is_trouble=True)
        return _try_again(nothing, None, attempt, now, config, random)
    match judge(response):
        case Accepted():
            return SENT
        case NotLetIn(reason):
            alone = TryAgain(reason)
            is_own = shut_out_as is not None and reason.key == shut_out_as.key
            return _try_again(alone, None, attempt, now, config, random) if is_own else Held(reason)
        case Refused(reason):
            return Failed(reason)
        case TryAgain() as verdict:
            return _try_again(verdict, response.retry_after, attempt, now, config, random)
        case verdict:
            assert_never(verdict)


def backoff_seconds(attempt: int, *, config: DeliveryConfig, random: Random) -> float:
    """Exponential backoff with full jitter: uniform in [0, min(cap, base * 2 ** (attempt - 1))]."""
    # Exponents past 60 exceed any cap, and would overflow a float at some point.
    ceiling = min(config.retry_cap_seconds, config.retry_base_seconds * 2.0 ** min(attempt - 1, 60))
    return random.uniform(0, ceiling)


def retry_after_delay(value: str | None, *, now: datetime) -> timedelta:
    """Return the delay of a Retry-After header in either form (RFC 9110, 10.2.3); zero for nonsense."""
    if value is None:
        return timedelta(0)
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(timedelta(seconds=int(value[:10])), MAX_RETRY_AFTER)
    try:
        moment = parsedate_to_datetime(value)
        if moment.tzinfo is None:  # "-0000": UTC by RFC 5322
            moment = moment.replace(tzinfo=UTC)
        return min(max(moment - now, timedelta(0)), MAX_RETRY_AFTER)
    except (ValueError, TypeError, IndexError, OverflowError):
        return timedelta(0)


def _try_again(
    verdict: TryAgain,
    retry_after: str | None,
    attempt: int,
    now: datetime,
    config: DeliveryConfig,
    random: Random,
) -> Retry | Failed:
    if config.max_attempts and attempt >= config.max_attempts:
        return Failed(verdict.reason, is_trouble=verdict.is_trouble)
    backoff = max(backoff_seconds(attempt, config=config, random=random), verdict.wait_seconds)
    delay = max(timedelta(seconds=backoff), retry_after_delay(retry_after, now=now))
    return Retry(now + delay, verdict.reason, is_trouble=verdict.is_trouble)
