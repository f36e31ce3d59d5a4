"""Mailings at one gateway as flows, from one event to the next: an opening, a closing, an end of what waits.

By zone, not by client, so that a million clients cost what a thousand do. Times are seconds since the epoch.
As claims do: the gateway is divided among mailings; of a mailing, what came due first goes first. Pure.
"""

from collections.abc import Iterator, Sequence

from notification_service.mailings.forecast.flow import NONE_LEFT, Flow, Load, Stream
from notification_service.mailings.forecast.openings import Calendar, Openings
from notification_service.mailings.forecast.sharing import divide
from notification_service.mailings.forecast.spread_flow import SpreadFlow

MOST_STEPS = 2_000  # then the rest goes on as it did until then
SHORTEST = 1e-6
# How urgent one of several mailings is changes all the time: it is looked at again after such a part of the
# time until the first of them ends or has sent all, and so many seconds at least.
AGAIN_PART, AGAIN_SECONDS = 0.2, 5.0


def flow_of(load: Load, calendar: Calendar) -> Flow:
    groups = calendar.groups((zone for zone, clients in load.zones.items() if clients), hours=load.hours)
    streams = [_stream(load, names, calendar.openings(load.hours, names[0])) for names in groups]
    kind = Flow if load.spread_minutes is None else SpreadFlow
    return kind(load, streams, sum(stream.left for stream in streams))


def _stream(load: Load, names: list[str], openings: Openings) -> Stream:
    zones = {name: load.zones[name] for name in names}
    return Stream(zones, openings, float(sum(zones.values())))


def run(loads: Sequence[Load], calendar: Calendar, *, rate: float, at: float, watched: int = 0) -> Flow:
    """Return what becomes of one of the loads, beside the others, at so many requests a second.

    The calendar begins at `at`, or before.
    """
    flows = [flow_of(load, calendar) for load in loads]
    flow, now, steps = flows[watched], at, 0
    while now < flow.load.ends and steps < MOST_STEPS:
        flow.curve.append((now, flow.sent))
        if flow.left <= NONE_LEFT:
            flow.settle()
            flow.done_at = now
            return flow
        active = [
            each for each in flows if each.load.starts <= now < each.load.ends and each.left > NONE_LEFT
        ]
        for each in active:
            each.look(now)
        for each, given in zip(active, divide(rate, [each.demand(now) for each in active]), strict=True):
            each.take(given)
        seconds = max(SHORTEST, min(_events(flows, active, now)) - now)
        for each in active:
            each.go_on(seconds)
        now, steps = now + seconds, steps + 1
    if now < flow.load.starts < flow.load.ends:  # too far ahead to see what is beside it then
        return run([flow.load], calendar, rate=rate, at=flow.load.starts)
    return _as_until_then(flow, since=max(at, flow.load.starts), now=now)


def _events(flows: Sequence[Flow], active: Sequence[Flow], now: float) -> Iterator[float]:
    """When something changes next."""
    if len(active) > 1:
        first = min(min(flow.load.ends, now + flow.lasts) for flow in active)
        yield now + max(AGAIN_SECONDS, AGAIN_PART * (first - now))
    yield from (flow.load.starts for flow in flows if flow.load.starts > now)
    for flow in active:
        yield flow.changes(now)
    yield now + 366 * 86_400  # nobody will ever open


def _as_until_then(flow: Flow, *, since: float, now: float) -> Flow:
    """Continue beyond the calendar at the average speed so far."""
    pace = flow.sent / (now - since) if now > since else 0.0
    flow.settle()
    if flow.left <= NONE_LEFT:
        flow.done_at = now
    elif now < flow.load.ends and pace:
        done_at = now + flow.left / pace
        flow.done_at = done_at if done_at < flow.load.ends else None
        flow.send(min(1.0, pace * (flow.load.ends - now) / flow.left))
    flow.curve.append((min(flow.done_at or now, flow.load.ends), flow.sent))
    return flow
