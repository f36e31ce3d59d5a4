"""The least rate at which a mailing reaches all whom its hours let reach, found with few looks. Pure."""

from collections.abc import Callable
from typing import NamedTuple

from notification_service.mailings.forecast.sharing import UNBOUNDED

CLOSE = 0.01  # the rate is right to this part
ROUGHLY = 0.5  # of a message
MOST_STEP = 10  # times a rate that is not enough


class Point(NamedTuple):
    rate: float
    short: float  # of how many messages


def least_enough(
    known: Point, sent: float, short_at: Callable[[float], float], *, about: float = 1.0
) -> float | None:
    """Return the rate; None: none is enough. `known` is not; `sent` goes out at it.

    `about`: where to look first if nothing goes out at the known rate. Otherwise what goes out grows about as
    the rate does: a first guess is in proportion, later ones are on the line through two rates that are too
    low. A look just below a rate that is enough shows that it is the least.
    """
    low, before, most = known, None, None
    guess = known.rate * (sent + known.short) / sent if sent else max(about, 2 * known.rate)
    while most is None or most - low.rate > CLOSE * most:
        rate = _next(low, guess, most)
        if rate >= UNBOUNDED:
            return None
        short = short_at(rate)
        if short <= ROUGHLY:
            guess, most = (low.rate if most else guess), rate  # twice enough: the guess was far too much
        else:
            low, before = Point(rate, short), low
            guess = _on_the_line(before, low)
    return most


def _next(low: Point, guess: float, most: float | None) -> float:
    """Return what to look at: a little more than the guess until a rate is enough, then between the two."""
    if most is None:
        return max(guess * (1 + CLOSE / 2), low.rate * (1 + CLOSE))
    least = most * (1 - 0.99 * CLOSE)
    return least if guess >= least else max(guess * (1 + CLOSE / 2), (low.rate + most) / 2)


def _on_the_line(before: Point, low: Point) -> float:
    gained = before.short - low.short
    if gained <= 0:
        return 2 * low.rate
    return min(MOST_STEP * low.rate, low.rate + low.short * (low.rate - before.rate) / gained)
