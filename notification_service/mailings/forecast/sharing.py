"""How a gateway's requests are divided among the mailings that have messages due, as claims do it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from notification_service.mailings.hurry import Need, prefer

UNBOUNDED = 1e12


@dataclass(frozen=True, slots=True)
class Demand:
    """Of a mailing; without `a_second` it has nothing due, and takes no part."""

    a_second: float
    left: float  # messages that are unsent
    seconds: float  # in which its hours are open until its end, where that is least
    closing: float  # until they close there, or it ends
    is_met: bool = False  # workers know of it, and what is left of it, even while it has nothing due


def divide(rate: float, demands: Sequence[Demand]) -> list[float]:
    """Return what each gets, in requests a second."""
    if len(demands) < 2:
        return [min(demand.a_second, rate) for demand in demands]
    needs = [
        Need(place, round(each.left), each.seconds, each.closing)
        for place, each in enumerate(demands)
        if each.a_second or each.is_met
    ]
    preferred = prefer(needs, rate=rate)
    given = _equally(rate * preferred.equal, [demand.a_second for demand in demands])
    rest = rate - sum(given)
    for place in preferred.order:
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
