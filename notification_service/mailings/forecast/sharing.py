"""How a gateway's requests are divided among the mailings that have messages due, as claims do it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

# Of a claim, which mailings share equally; the rest goes to what closes first.
EQUAL_PART = 1.0
LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class Demand:
    a_second: float
    closes: float  # when the hours of its clients close, or it ends


def divide(rate: float, demands: Sequence[Demand], *, equal_part: float = EQUAL_PART) -> list[float]:
    """Return what each gets, in requests a second."""
    given = _equally(rate * equal_part, [demand.a_second for demand in demands])
    rest = rate - sum(given)
    for place in sorted(range(len(demands)), key=lambda place: demands[place].closes):
        more = min(demands[place].a_second - given[place], rest)
        given[place] += more
        rest -= more
    return given


def _equally(rate: float, wanted: Sequence[float]) -> list[float]:
    """Nobody gets more than it wants; what that leaves is divided among the others."""
    given = [0.0] * len(wanted)
    left = rate
    places = sorted(range(len(wanted)), key=lambda place: wanted[place])
    for n, place in enumerate(places):
        given[place] = min(wanted[place], left / (len(places) - n))
        left -= given[place]
    return given
