"""Which mailings a claim prefers: those whose messages could otherwise not be sent in time. Pure.

Each mailing that has due messages gets a part of what is divided equally (rule 12). The rest goes to whoever
has the least time to spare (rule 15). What is divided equally is the less, the more is needed to finish
everything in time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate

# Of what the gateway takes until a mailing closes, the part that it and those who close before it need: up to
# the first all is divided equally, from the second on only the least part.
EASY, FULL = 0.1, 0.5
LEAST_EQUAL = 0.02


@dataclass(frozen=True, slots=True)
class Need:
    """Of a mailing: how many messages are unsent, and in how many seconds they can be sent."""

    mailing_id: int
    left: int
    seconds: float  # in which its hours are open until its end
    closing: float  # until its hours close next, or its end comes


@dataclass(frozen=True, slots=True)
class Preference:
    order: tuple[int, ...] = ()  # mailings, the most urgent first
    equal: float = 1.0  # the part of a claim that is divided equally

    def equal_of(self, limit: int, *, lot: float) -> int:
        """Return how many of a claim's messages are divided equally; `lot`, from 0 to 1, rounds a part."""
        return min(limit, int(limit * self.equal + lot))


EQUAL = Preference()


def prefer(needs: Iterable[Need], *, rate: float) -> Preference:
    """Return what a claim prefers at a gateway that takes `rate` messages a second; 0: unknown.

    Not whoever ends first: hours that leave just enough time come before an end that leaves more than enough.
    """
    by_time = sorted(needs, key=lambda need: need.seconds)
    if len(by_time) < 2 or not rate:
        return EQUAL
    wanted = accumulate(need.left for need in by_time)
    loads = [left / max(1.0, rate * need.seconds) for need, left in zip(by_time, wanted, strict=True)]
    by_slack = sorted(by_time, key=lambda need: (need.seconds - need.left / rate, need.closing))
    return Preference(tuple(need.mailing_id for need in by_slack), _equal_part(max(loads)))


def _equal_part(load: float) -> float:
    return min(1.0, max(LEAST_EQUAL, (FULL - load) / (FULL - EASY)))
