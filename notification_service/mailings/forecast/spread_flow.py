"""A mailing that is spread, as a flow: its messages come due one after the other. Pure."""

from dataclasses import dataclass, field

from notification_service.mailings.forecast.flow import NONE_LEFT, Flow, Stream
from notification_service.mailings.forecast.openings import FOR_EVER
from notification_service.mailings.forecast.sharing import UNBOUNDED, Demand


@dataclass(slots=True)
class _Planned:
    """The messages of a stream. `parts`: from when until when so many come due."""

    stream: Stream
    parts: list[tuple[float, float, float]]
    whole: float
    waiting: float = 0.0  # how many came due
    inflow: float = 0.0  # how many come due a second
    outflow: float = 0.0

    def look(self, now: float) -> None:
        due = sum(_due(part, now) for part in self.parts)
        self.waiting = max(0.0, min(self.stream.left, due - (self.whole - self.stream.left)))
        rates = (many / (until - at) for at, until, many in self.parts if at <= now < until)
        self.inflow = sum(rates)

    def changes(self, now: float) -> float:
        edges = [edge for at, until, _ in self.parts for edge in (at, until) if edge > now]
        net = self.outflow - self.inflow
        drained = now + self.waiting / net if net > 0 and self.waiting > NONE_LEFT else FOR_EVER
        return min([*edges, drained, self.stream.span.until])

    @property
    def is_late(self) -> bool:
        return self.waiting > NONE_LEFT


@dataclass(slots=True)
class SpreadFlow(Flow):
    _planned: list[_Planned] = field(default_factory=list)
    _ready: list[_Planned] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._planned = [self._plan(stream) for stream in self.streams]
        self.planned_until = max(
            (until for each in self._planned for _, until, _ in each.parts), default=None
        )

    def look(self, now: float) -> None:
        for each in self._planned:
            each.stream.look(now, self.load.ends)
            each.look(now)
            each.outflow = 0.0
        self._ready = [each for each in self._planned if each.stream.span.is_open]
        self._note_time([each.stream for each in self._ready if each.is_late or each.inflow], now)

    def demand(self, now: float) -> Demand:  # noqa: ARG002 (it is looked at at every step)
        is_late = any(each.is_late for each in self._ready)
        wanted = UNBOUNDED if is_late else sum(each.inflow for each in self._ready)
        return Demand(wanted, self.left, self._time.open, self._time.closing, self.sent > 0)

    def take(self, given: float) -> None:
        """Who came due is sent as soon as others come due; the rest is for those who wait."""
        self.given = given
        prompt = [each for each in self._ready if not each.is_late]
        late = [each for each in self._ready if each.is_late]
        inflow, waiting = sum(each.inflow for each in prompt), sum(each.waiting for each in late)
        for each in prompt:
            each.outflow = each.inflow * min(1.0, given / inflow) if inflow else 0.0
        for each in late:
            each.outflow = max(0.0, given - inflow) * each.waiting / waiting

    def changes(self, now: float) -> float:
        live = [each for each in self._planned if each.stream.left > NONE_LEFT]
        return min([self.load.ends, *(each.changes(now) for each in live)])

    def go_on(self, seconds: float) -> None:
        for each in self._ready:
            out = min(each.outflow * seconds, each.waiting + each.inflow * seconds, each.stream.left)
            each.stream.left -= out
            self.sent += out
        self.left = sum(stream.left for stream in self.streams)

    def _plan(self, stream: Stream) -> _Planned:
        parts = [
            (
                part.at.timestamp(),
                part.at.timestamp() + max(part.seconds, 1e-3),
                stream.left * (part.last - part.first),
            )
            for part in self.load.parts(next(iter(stream.zones)))
        ]
        return _Planned(stream, parts, stream.left)


def _due(part: tuple[float, float, float], now: float) -> float:
    at, until, many = part
    return many * min(1.0, max(0.0, (now - at) / (until - at)))
