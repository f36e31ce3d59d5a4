"""Mailings at one gateway as flows, from one event to the next: an opening, a closing, an end of what waits.

By zone, not by client, so that a million clients cost what a thousand do. Times are seconds since the epoch.
As claims do: the gateway is divided among mailings; of a mailing, what came due first goes first. Pure.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from notification_service.mailings.forecast.openings import NEVER, Calendar, Openings, Span
from notification_service.mailings.forecast.sharing import Demand, divide
from notification_service.mailings.send_window import Hours

MOST_STEPS = 2_000  # then the rest goes on as it did until then
NONE_LEFT = 1e-3  # messages; below that none is left
SHORTEST = 1e-6
# How urgent one of several mailings is changes all the time: it is looked at again after such a part of the
# time until the first of them ends, and so many seconds at least.
AGAIN_PART, AGAIN_SECONDS = 0.2, 5.0
UNBOUNDED = 1e12


@dataclass(frozen=True, slots=True)
class Load:
    """A mailing: how many clients of each zone still wait for it."""

    starts: float
    ends: float
    zones: Mapping[str, int]
    hours: Hours = ()
    spread_until: float | None = None  # first attempts are spread evenly from `starts` until then


@dataclass(slots=True)
class Stream:
    """The clients of zones whose clocks agree."""

    zones: dict[str, int]
    openings: Openings
    left: float
    waiting: float = 0.0  # of these: how many came due
    due_since: float = 0.0
    span: Span = NEVER
    inflow: float = 0.0  # how many come due a second
    outflow: float = 0.0


@dataclass(slots=True)
class Flow:
    load: Load
    streams: list[Stream]
    sent: float = 0.0
    curve: list[tuple[float, float]] = field(default_factory=list)  # how many were sent by when
    done_at: float | None = None

    @property
    def left(self) -> float:
        return sum(stream.left for stream in self.streams)


def flow_of(load: Load, calendar: Calendar) -> Flow:
    groups = calendar.groups((zone for zone, clients in load.zones.items() if clients), hours=load.hours)
    return Flow(load, [_stream(load, names, calendar.openings(load.hours, names[0])) for names in groups])


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
            flow.done_at = now
            return flow
        active = [
            each for each in flows if each.load.starts <= now < each.load.ends and each.left > NONE_LEFT
        ]
        _look(active, now)
        _divide(active, rate, now)
        seconds = max(SHORTEST, min(_events(flows, active, now)) - now)
        _pass(active, seconds)
        now, steps = now + seconds, steps + 1
    if now < flow.load.starts < flow.load.ends:  # too far ahead to see what is beside it then
        return run([flow.load], calendar, rate=rate, at=flow.load.starts)
    return _go_on(flow, since=max(at, flow.load.starts), now=now)


def _look(flows: list[Flow], now: float) -> None:
    """See what came due, and whose hours have opened."""
    for flow in flows:
        for stream in flow.streams:
            if now >= stream.span.until or stream.span is NEVER:
                was_open, stream.span = stream.span.is_open, stream.openings.span(now)
                if stream.span.is_open and not was_open:
                    stream.due_since = now
            _release(flow.load, stream, now)


def _release(load: Load, stream: Stream, now: float) -> None:
    if load.spread_until is None or now >= load.spread_until:
        stream.waiting, stream.inflow = stream.left, 0.0
    else:
        stream.inflow = (stream.left - stream.waiting) / (load.spread_until - now)


def _divide(flows: list[Flow], rate: float, now: float) -> None:
    for flow, given in zip(flows, divide(rate, [_demand(flow, now) for flow in flows]), strict=True):
        for stream in flow.streams:
            stream.outflow = 0.0
        _pour(flow, given)


def _demand(flow: Flow, now: float) -> Demand:
    ready = [stream for stream in flow.streams if stream.span.is_open]
    late = [stream for stream in ready if stream.waiting > NONE_LEFT]
    wanted = UNBOUNDED if late else sum(stream.inflow for stream in ready)
    ends = flow.load.ends
    times = (
        (stream.openings.open_seconds(now, ends), min(stream.span.until, ends) - now) for stream in ready
    )
    return Demand(wanted, flow.left, *min(times, default=(ends - now, ends - now)))


def _pour(flow: Flow, given: float) -> None:
    """Divide what a mailing gets among its zones."""
    ready = [stream for stream in flow.streams if stream.span.is_open]
    late = [stream for stream in ready if stream.waiting > NONE_LEFT]
    if flow.load.spread_until is None and late:
        first = min(stream.due_since for stream in late)
        late = [stream for stream in late if stream.due_since == first]
    else:
        prompt = [stream for stream in ready if stream.waiting <= NONE_LEFT]
        given -= _share(given, prompt, [stream.inflow for stream in prompt], most=True)
    _share(given, late, [stream.waiting for stream in late])


def _share(given: float, streams: list[Stream], weights: list[float], *, most: bool = False) -> float:
    whole = sum(weights)
    part = 0.0 if not whole else min(given / whole, 1.0) if most else given / whole
    for stream, weight in zip(streams, weights, strict=True):
        stream.outflow = part * weight
    return part * whole


def _events(flows: list[Flow], active: list[Flow], now: float) -> Iterator[float]:
    """When something changes next."""
    if len(active) > 1:
        first = min(flow.load.ends for flow in active)
        yield now + max(AGAIN_SECONDS, AGAIN_PART * (first - now))
    yield from (flow.load.starts for flow in flows if flow.load.starts > now)
    for flow in active:
        yield flow.load.ends
        if flow.load.spread_until is not None and flow.load.spread_until > now:
            yield flow.load.spread_until
        for stream in flow.streams:
            if stream.left > NONE_LEFT:
                yield stream.span.until
                if stream.outflow > stream.inflow and stream.waiting > NONE_LEFT:
                    yield now + stream.waiting / (stream.outflow - stream.inflow)
    yield now + 366 * 86_400  # nobody will ever open


def _pass(flows: list[Flow], seconds: float) -> None:
    for flow in flows:
        for stream in flow.streams:
            out = min(stream.outflow * seconds, stream.waiting + stream.inflow * seconds)
            flow.sent += out
            stream.left = max(0.0, stream.left - out)
            stream.waiting = min(max(0.0, stream.waiting + stream.inflow * seconds - out), stream.left)


def _go_on(flow: Flow, *, since: float, now: float) -> Flow:
    """Continue beyond the calendar at the average speed so far."""
    pace = flow.sent / (now - since) if now > since else 0.0
    if flow.left <= NONE_LEFT:
        flow.done_at = now
    elif now < flow.load.ends and pace:
        done_at = now + flow.left / pace
        flow.done_at = done_at if done_at < flow.load.ends else None
        part = min(1.0, pace * (flow.load.ends - now) / flow.left)
        flow.sent += part * flow.left
        for stream in flow.streams:
            stream.left *= 1 - part
    flow.curve.append((min(flow.done_at or now, flow.load.ends), flow.sent))
    return flow
