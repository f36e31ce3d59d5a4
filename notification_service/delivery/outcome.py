"""What a gateway's answer, or its absence, means for a message. Pure: no clock, no I/O, no Django."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from random import Random

from notification_service.delivery.config import DeliveryConfig

REFUSED_FOR_GOOD = frozenset({400, 404, 405, 410, 413, 414, 415, 422})
NOT_LET_IN = frozenset({401, 403})
MAX_ANSWER_BYTES = 64 * 1024
MAX_RETRY_AFTER = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer; `body` holds at most MAX_ANSWER_BYTES and one byte more where it was longer."""

    status: int
    body: bytes
    retry_after: str | None = None


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A request that brought no answer; `maybe_taken` unless it surely never left."""

    reason: str
    maybe_taken: bool


@dataclass(frozen=True, slots=True)
class Sent:
    pass


@dataclass(frozen=True, slots=True)
class Retry:
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    reason: str


@dataclass(frozen=True, slots=True)
class Held:
    """The gateway does not let us in: nothing is charged to the message."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """The gateway may have taken it, and the mailing asks not to repeat it."""

    reason: str


Outcome = Sent | Retry | Failed | Held | Unknown


def decide(
    answer: Answer | NoAnswer,
    *,
    attempt: int,
    give_up_on_unknown: bool,
    now: datetime,
    config: DeliveryConfig,
    random: Random,
) -> Outcome:
    """Rules 5, 6 and 8 of delivery. `attempt` counts from 1, this one included; `now` is aware."""
    if isinstance(answer, NoAnswer):
        if give_up_on_unknown and answer.maybe_taken:
            return Unknown(answer.reason)
        return _try_again(answer.reason, None, attempt, now, config, random)
    if answer.status in NOT_LET_IN:
        return Held(f"HTTP {answer.status}")
    if answer.status in REFUSED_FOR_GOOD:
        return Failed(f"HTTP {answer.status}")
    trouble = _trouble(answer)
    if trouble is None:
        return Sent()
    return _try_again(trouble, answer.retry_after, attempt, now, config, random)


def backoff_seconds(attempt: int, *, config: DeliveryConfig, random: Random) -> float:
    """Exponential backoff with full jitter: uniform in [0, min(cap, base * 2 ** (attempt - 1))]."""
    # Exponents past 60 exceed any cap, and would overflow a float in the end.
    ceiling = min(config.retry_cap_seconds, config.retry_base_seconds * 2.0 ** min(attempt - 1, 60))
    return random.uniform(0, ceiling)


def retry_after_delay(value: str | None, *, now: datetime) -> timedelta:
    """The Retry-After header in either form (RFC 9110, 10.2.3); zero for nonsense and for the past."""
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
    reason: str,
    retry_after: str | None,
    attempt: int,
    now: datetime,
    config: DeliveryConfig,
    random: Random,
) -> Retry | Failed:
    if config.max_attempts and attempt >= config.max_attempts:
        return Failed(reason)
    backoff = timedelta(seconds=backoff_seconds(attempt, config=config, random=random))
    return Retry(at=now + max(backoff, retry_after_delay(retry_after, now=now)), reason=reason)


def _trouble(answer: Answer) -> str | None:
    """Why this is not the answer of a gateway that took the message; None when it is."""
    if answer.status != 200:
        return f"HTTP {answer.status}"
    if len(answer.body) > MAX_ANSWER_BYTES:
        return "answer over 64 KiB"
    return _trouble_of_body(answer.body)


@lru_cache(maxsize=64)  # a gateway says the same to most messages: 3 us saved on each
def _trouble_of_body(body: bytes) -> str | None:
    try:
        parsed = json.loads(body)
    except (ValueError, RecursionError):
        return "answer is not JSON"
    if not isinstance(parsed, dict) or type(parsed.get("code")) is not int:
        return "answer has no code"
    return None if parsed["code"] == 0 else "code is not 0"
