"""When a mailing is finished, or whom it will not reach, and what would be needed. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import ceil

from notification_service.mailings.forecast.flow import Flow, Load
from notification_service.mailings.forecast.fluid import run
from notification_service.mailings.forecast.needed import ROUGHLY, Point, least_enough
from notification_service.mailings.forecast.openings import Calendar
from notification_service.mailings.forecast.sharing import UNBOUNDED
from notification_service.mailings.forecast.speed import Limit, Speed

SOON_SECONDS = 5.0  # what is finished so soon has no limit worth a word
SAME = 0.05  # of the time it takes: what is finished so soon after the last opening waits for that
DIGITS = 2


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of a mailing's messages. Times are seconds since the epoch."""

    total: int
    sent: int
    finishes_at: float | None  # None: it is not, or there is nothing to finish
    unreached: dict[str, int]  # by zone
    limited_by: Limit | None = None
    needed_per_second: float | None = None  # to reach all whom hours let reach; None: it can
    speed: Speed | None = None
    curve: Sequence[tuple[float, float]] = ()  # how many of those left are sent by when

    @property
    def missed(self) -> int:
        return sum(self.unreached.values())


def foretell(
    loads: Sequence[Load],
    speed: Speed,
    *,
    at: float,
    watched: int = 0,
    sent_before: int = 0,
    total: int = 0,
    with_needed: bool = True,
) -> Forecast:
    """`sent_before`: what is sent already, of `total`; 0: none, of those who wait."""
    load = loads[watched]
    waiting = sum(load.zones.values())
    total = total or waiting + sent_before
    if not waiting:
        return Forecast(total, sent_before, at if sent_before else None, {}, speed=speed)
    calendar = Calendar(since=at)
    flow = run(loads, calendar, rate=speed.per_second, at=at, watched=watched)
    best = run([load], calendar, rate=UNBOUNDED, at=at)
    unreached = _by_zone(flow)
    missed = sum(unreached.values())
    is_short = flow.left > best.left + ROUGHLY

    def short_at(rate: float) -> float:
        return run(loads, calendar, rate=rate, at=at, watched=watched).left - best.left

    def needed() -> float | None:
        everyone = sum(sum(each.zones.values()) for each in loads)
        about = everyone / max(1.0, load.ends - max(at, load.starts))
        return _needed(speed, flow, best, short_at, about=about)

    return Forecast(
        total=total,
        sent=sent_before + waiting - missed,
        finishes_at=None if missed else flow.done_at,
        unreached=unreached,
        limited_by=speed.limit if is_short else _limit(flow, best, speed, at=at),
        needed_per_second=needed() if is_short and with_needed else None,
        speed=speed,
        curve=flow.curve,
    )


def _limit(flow: Flow, best: Flow, speed: Speed, *, at: float) -> Limit | None:
    """Return what keeps it from being finished earlier, where that is not only a matter of speed."""
    starts = max(at, flow.load.starts)
    if best.done_at is None:
        return Limit.HOURS
    if flow.done_at is None or flow.done_at - starts <= SOON_SECONDS:
        return None
    if flow.done_at - best.done_at > max(SOON_SECONDS, SAME * (flow.done_at - starts)):
        return speed.limit
    if best.planned_until is not None and best.done_at <= best.planned_until + SOON_SECONDS:
        return Limit.SPREAD
    return Limit.HOURS if best.done_at > starts + SOON_SECONDS else speed.limit


def _needed(
    speed: Speed, flow: Flow, best: Flow, short_at: Callable[[float], float], *, about: float
) -> float | None:
    """Return the rate from which on nobody is left out whom the hours let reach; None: no rate is enough."""
    known = Point(speed.per_second, flow.left - best.left)
    found = least_enough(known, flow.sent, short_at, about=about)
    return None if found is None else _rounded_up(speed.as_shown(found))


def _rounded_up(rate: float) -> float:
    return float(ceil(rate)) if rate >= 10 else ceil(rate * 10**DIGITS) / 10**DIGITS


def _by_zone(flow: Flow) -> dict[str, int]:
    """Return whole numbers of clients whose sum is that of what is left."""
    found: dict[str, int] = {}
    for stream in flow.streams:
        whole = sum(stream.zones.values())
        left = round(stream.left)
        for zone, clients in sorted(stream.zones.items(), key=lambda each: each[1]):
            found[zone] = round(left * clients / whole) if whole else 0
            left, whole = left - found[zone], whole - clients
    return {zone: clients for zone, clients in sorted(found.items()) if clients}


def without_curve(forecast: Forecast) -> Forecast:
    return replace(forecast, curve=())
