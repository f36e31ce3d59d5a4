"""How the simulator behaves: validated settings, and the decision for one request. Pure."""

import math
import struct
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from typing import Any, Final, NamedTuple, Self

SUCCESS: Final = "200"
SERVER_ERRORS: Final = ("500", "502", "503", "504")
# `error_3` is a 200 whose body says error 3, in the words of the requested API.
ERROR_PREFIX: Final = "error_"
NAMED_FAULTS: Final = frozenset(
    {"nonsense", "wrong_code", "huge", "drop", "reset", "hang", "trickle", "redirect", "truncated"}
    | {"garbled", "garbage"}
    | {f"{ERROR_PREFIX}{code}" for code in range(1, 10)}
)
# What the gateway counts as sent, whether or not the sender ever hears of it.
TAKEN_ANSWERS: Final = frozenset({SUCCESS, "drop_taken", "trickle", "garbled"})

_INT64: Final = range(-(2**63), 2**63)
_LONGEST_DELAY_MS: Final = 3_600_000
_DRAWS: Final = struct.Struct("<QQQ")
_SHARES_SLACK: Final = 1e-9  # ten times 0.1 is one, in spite of floating point


class BehaviourError(ValueError):
    """The message is one line for the person who set this behaviour."""


class SimulatedReply(NamedTuple):
    """What a request gets, and how long after it was read."""

    answer: str
    delay_seconds: float

    @property
    def is_taken(self) -> bool:
        return self.answer in TAKEN_ANSWERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """Shares are of all requests that follow the contract. `jitter_ms` is added to `latency_ms`.

    `phones`: a fixed answer to a phone's messages, whatever else is set: `500` always, `500:2` the first two
    times.
    """

    seed: int = 0
    latency_ms: float = 0
    jitter_ms: float = 0
    error_rate: float = 0
    faults: Mapping[str, float] = field(default_factory=dict)
    retry_after: str = "1"
    trickle_ms: float = 150
    phones: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _check_seed(self.seed)
        for name in ("latency_ms", "jitter_ms", "trickle_ms"):
            _check_delay(name, getattr(self, name))
        _check_share("error_rate", self.error_rate)
        for name, share in self.faults.items():
            _check_fault_name(name)
            _check_share(f"fault {name}", share)
        for phone, answer in self.phones.items():
            _check_phone(phone, answer)
        if math.fsum([self.error_rate, *self.faults.values()]) > 1 + _SHARES_SLACK:
            raise BehaviourError("error_rate and the faults add up to more than 1")
        retry_after_seconds(self.retry_after)

    @classmethod
    def from_json(cls, fields: object) -> Self:
        if not isinstance(fields, dict):
            raise BehaviourError("the behaviour is a JSON object")
        if unknown := sorted(fields.keys() - cls.__dataclass_fields__.keys()):
            raise BehaviourError(f"unknown field {unknown[0]!r}")
        if not isinstance(fields.get("faults", {}), dict):
            raise BehaviourError("faults is an object of name: share")
        if not isinstance(fields.get("phones", {}), dict):
            raise BehaviourError("phones is an object of phone: fault")
        if type(fields.get("retry_after")) is int:
            fields = fields | {"retry_after": str(fields["retry_after"])}
        return cls(**fields)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if name != "phones" or value}

    def decide_phone(self, phone: str, msg_id: int, nth: int) -> SimulatedReply:
        answer, _, times = self.phones.get(phone, "").partition(":")
        if answer and (not times or nth <= int(times)):
            return SimulatedReply(answer, self.latency_ms / 1000)
        return self.decide(msg_id, nth)

    def decide(self, msg_id: int, nth: int) -> SimulatedReply:
        """The same seed, message and number of its request give the same result, in any order of arrival."""
        if not (self.faults or self.error_rate or self.jitter_ms):
            return SimulatedReply(SUCCESS, self.latency_ms / 1000)
        which, variant, jitter = _draw(self.seed, msg_id, nth)
        delay_ms = self.latency_ms + self.jitter_ms * jitter
        return SimulatedReply(self._answer(which, variant), delay_ms / 1000)

    def _answer(self, which: float, variant: float) -> str:
        if which < self.error_rate:
            return SERVER_ERRORS[int(variant * len(SERVER_ERRORS))]
        reached = self.error_rate
        for name, share in self.faults.items():
            reached += share
            if which < reached:
                return "drop_taken" if name == "drop" and variant < 0.5 else name
        return SUCCESS


def parse_faults(arguments: list[str]) -> dict[str, float]:
    """Parse `["503=0.1", "drop=0.05"]` into a mapping; `Behaviour` checks names and shares."""
    faults: dict[str, float] = {}
    for argument in arguments:
        name, equals, share = argument.partition("=")
        if not equals:
            raise BehaviourError(f"fault {argument!r} is not NAME=SHARE")
        if name in faults:
            raise BehaviourError(f"fault {name!r} is given twice")
        try:
            faults[name] = float(share)
        except ValueError:
            raise BehaviourError(f"fault {name}: share {share!r} is not a number") from None
    return faults


def retry_after_seconds(retry_after: str) -> tuple[bool, int]:
    """Return whether Retry-After is an HTTP date, and its seconds: "5", "http-date", "http-date:5"."""
    form, _, seconds = retry_after.rpartition(":") if isinstance(retry_after, str) else ("?", "", "")
    if seconds == "http-date" and not form:
        return True, 2
    if form in ("", "http-date") and seconds.isascii() and seconds.isdigit() and len(seconds) <= 6:
        return form == "http-date", int(seconds)
    raise BehaviourError(
        f"retry_after {retry_after!r} is neither seconds nor http-date nor http-date:SECONDS"
    )


def _draw(seed: int, msg_id: int, nth: int) -> tuple[float, float, float]:
    digest = blake2b(b"%d %d %d" % (seed, msg_id, nth), digest_size=_DRAWS.size).digest()
    first, second, third = _DRAWS.unpack(digest)
    # 53 bits: the most a float below 1 can hold.
    return (first >> 11) * 2**-53, (second >> 11) * 2**-53, (third >> 11) * 2**-53


def _check_seed(seed: object) -> None:
    if type(seed) is not int or seed not in _INT64:
        raise BehaviourError("seed is not a 64-bit integer")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_delay(name: str, delay_ms: Any) -> None:
    if not _is_number(delay_ms) or not 0 <= delay_ms <= _LONGEST_DELAY_MS:
        raise BehaviourError(f"{name} is not a number from 0 to {_LONGEST_DELAY_MS}")


def _check_share(name: str, share: Any) -> None:
    if not _is_number(share) or not 0 <= share <= 1:
        raise BehaviourError(f"{name} is not a share from 0 to 1")


def _check_phone(phone: object, answer: object) -> None:
    name, colon, times = answer.partition(":") if isinstance(answer, str) else ("", "", "")
    if not (isinstance(phone, str) and name) or (colon and not (times.isascii() and times.isdigit())):
        raise BehaviourError("phones is an object of phone: fault, or phone: fault:times")
    _check_fault_name(name)


def _check_fault_name(name: str) -> None:
    is_status = len(name) == 3 and name.isascii() and name.isdigit() and 201 <= int(name) <= 599
    if not is_status and name not in NAMED_FAULTS:
        known = ", ".join(sorted(NAMED_FAULTS))
        raise BehaviourError(f"unknown fault {name!r}: it is a status from 201 to 599, or one of {known}")
