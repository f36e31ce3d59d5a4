"""How many requests a second a worker makes while more are due than it can make: what it can do. Pure."""

WINDOW_SECONDS = 2.0  # or twice a response, where that takes longer; less says little
# After so long what is older counts half. Latencies vary, so that the mean of a shorter time is wrong by
# several hundredths. But where that differs by such a part, the pace has changed: then it counts for a while.
LONG_SECONDS, SHORT_SECONDS, CHANGED = 60.0, 20.0, 0.15
BUSY = 0.8  # of a processor


class _Mean:
    def __init__(self, remembered_seconds: float) -> None:
        self._remembered = remembered_seconds
        self.requests, self.seconds = 0.0, 0.0

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def add(self, requests: float, seconds: float) -> None:
        if self.seconds >= self._remembered:
            self.requests, self.seconds = self.requests / 2, self.seconds / 2
        self.requests += requests
        self.seconds += seconds

    def begin_with(self, other: "_Mean") -> None:
        self.requests, self.seconds = other.requests, other.seconds


class Throughput:
    def __init__(self) -> None:
        self.per_second: float | None = None  # None: it never had more to do than it could
        self.is_busy = False  # the processor, not the gateway, let it do no more
        self._long, self._short = _Mean(LONG_SECONDS), _Mean(SHORT_SECONDS)  # of measured windows
        self._unsteady_seconds = 0.0  # for which the short time counts
        self._responses, self._claims, self._full = 0, 0, 0  # in this window
        self._began_at = self._cpu_at = float("-inf")
        self._is_warm = False

    def note_response(self) -> None:
        self._responses += 1

    def note_claim(self, *, is_full: bool) -> None:
        """Note a claim; a full one brought all that there was room for, so that more may be due."""
        self._claims += 1
        self._full += is_full

    def measure(self, *, now: float, cpu: float, latency: float) -> bool:
        """Measure, if it is time to; call it often. Return whether it was.

        `cpu`: what this process has used of a processor, in seconds.
        """
        seconds = now - self._began_at
        if seconds < max(WINDOW_SECONDS, 2 * latency):
            return False
        is_full = bool(self._claims) and self._full == self._claims
        is_measured = is_full and self._is_warm  # the first window may have begun before it was full
        if is_measured:
            self._add(self._responses, seconds)
            self.is_busy = cpu - self._cpu_at >= BUSY * seconds
        self._is_warm = is_full
        self._began_at, self._cpu_at = now, cpu
        self._responses = self._claims = self._full = 0
        return is_measured

    def _add(self, requests: int, seconds: float) -> None:
        self._long.add(requests, seconds)
        self._short.add(requests, seconds)
        if abs(self._short.per_second - self._long.per_second) > CHANGED * self._long.per_second:
            self._unsteady_seconds = LONG_SECONDS
        if self._unsteady_seconds > 0:
            self._long.begin_with(self._short)
            self._unsteady_seconds -= seconds
        self.per_second = self._long.per_second
