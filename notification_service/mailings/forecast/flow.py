"""A mailing as a flow: what of it may be sent, in which order, and how much of it is left. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from notification_service.mailings.forecast.openings import FOR_EVER, NEVER, WEEK_SECONDS, Openings, Span
from notification_service.mailings.forecast.sharing import UNBOUNDED, Demand
from notification_service.mailings.send_window import Hours
from notification_service.mailings.spread import Part, Period
from notification_service.mailings.time_left import TimeLeft

NONE_LEFT = 1e-3  # messages; below that none is left
DAY_SECONDS = 86_400.0
NO_TIME = TimeLeft(0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Load:
    """A mailing: how many clients of each zone still wait for it."""

    starts: float
    ends: float
    zones: Mapping[str, int]
    hours: Hours = ()
    spread_minutes: float | None = None  # over which first attempts are spread
    begins: float | None = None  # the spread, where that is not when it starts

    def parts(self, zone: str) -> list[Part]:
        """Return when the messages of a zone are planned, if they are spread."""
        begins = datetime.fromtimestamp(self.starts if self.begins is None else self.begins, UTC)
        ends = datetime.fromtimestamp(self.ends, UTC)
        period = Period(begins=begins, minutes=self.spread_minutes or 0, end_at=ends, hours=self.hours)
        return period.parts(zone, since=datetime.fromtimestamp(self.starts, UTC))


@dataclass(slots=True)
class Stream:
    """The clients of zones whose clocks agree. `left` is as of the last time that its flow was settled."""

    zones: dict[str, int]
    openings: Openings
    left: float
    due_since: float = 0.0
    span: Span = NEVER

    def look(self, now: float, ends: float) -> None:
        """See whether its hours are open. Of zones that are open at first, the least time comes first."""
        if now < self.span.until and self.span is not NEVER:
            return
        was, self.span = self.span, self.openings.span(now)
        if self.span.is_open and not was.is_open:
            self.due_since = now - (self._ahead(now, ends) if was is NEVER else 0.0)

    def time_left(self, now: float, ends: float) -> TimeLeft:
        return TimeLeft(self.openings.open_seconds(now, ends), min(self.span.until, ends) - now)

    def _ahead(self, now: float, ends: float) -> float:
        return self.time_left(now, ends).ahead.total_seconds()


@dataclass(slots=True)
class Flow:
    load: Load
    streams: list[Stream]
    left: float
    sent: float = 0.0
    curve: list[tuple[float, float]] = field(default_factory=list)  # how many were sent by when
    done_at: float | None = None
    planned_until: float | None = None  # of one that is spread: until when its first attempts are
    given: float = 0.0  # messages a second
    # Those that are sent next, each at the rate of what is left of it; how many they are, and were.
    _first: list[Stream] = field(default_factory=list)
    _first_left: float = 0.0
    _first_whole: float = 0.0
    _time: TimeLeft = NO_TIME
    _looked_at: float = 0.0
    _changes_at: float = 0.0

    def look(self, now: float) -> None:
        """See whose hours have opened or closed, and who is next."""
        if self._changes_at <= now or now - self._looked_at >= DAY_SECONDS:
            self.settle()
            live = [stream for stream in self.streams if stream.left > NONE_LEFT]
            for stream in live:
                stream.look(now, self.load.ends)
            self._changes_at = min((stream.span.until for stream in live), default=FOR_EVER)
            self._serve([stream for stream in live if stream.span.is_open], now)

    def demand(self, now: float) -> Demand:
        passed = now - self._looked_at
        wanted = UNBOUNDED if self._first else 0.0
        return Demand(wanted, self.left, self._time.open - passed, self._time.closing - passed, self.sent > 0)

    def take(self, given: float) -> None:
        self.given = given

    @property
    def lasts(self) -> float:
        """In seconds, as it goes now."""
        return self.left / self.given if self.given else FOR_EVER

    def changes(self, now: float) -> float:
        """Return when something of it changes next."""
        drained = now + self._first_left / self.given if self.given else FOR_EVER
        return min(self.load.ends, self._changes_at, drained)

    def go_on(self, seconds: float) -> None:
        out = min(self.given * seconds, self._first_left)
        self._first_left, self.sent, self.left = self._first_left - out, self.sent + out, self.left - out
        if self._first and self._first_left <= NONE_LEFT:
            self._changes_at = 0.0

    def settle(self) -> None:
        """Divide what was sent among its streams."""
        part = self._first_left / self._first_whole if self._first_whole else 1.0
        for stream in self._first:
            stream.left *= part
        self._first_whole = self._first_left
        self.left = sum(stream.left for stream in self.streams)

    def send(self, part: float) -> None:
        """Send a part of everything that is left."""
        self.settle()
        self.sent += part * self.left
        for stream in self.streams:
            stream.left *= 1 - part
        self._first, self.left = [], (1 - part) * self.left

    def _serve(self, ready: list[Stream], now: float) -> None:
        since = min((stream.due_since for stream in ready), default=0.0)
        self._first = [stream for stream in ready if stream.due_since == since]
        self._first_left = self._first_whole = sum(stream.left for stream in self._first)
        self._note_time(self._first, now)

    def _note_time(self, streams: list[Stream], now: float) -> None:
        whole = min(self.load.ends - now, WEEK_SECONDS)
        times = (stream.time_left(now, self.load.ends) for stream in streams)
        self._time, self._looked_at = min(times, default=TimeLeft(whole, whole)), now
