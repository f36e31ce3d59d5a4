"""When a gateway is in trouble: how many requests ended in trouble since it last showed that it lives. Pure.

Trouble is no evidence where it may be a message's own: one that has failed before fails again, whatever the
gateway is like. And where runs of trouble between two signs of life are usual, because many messages have
some of their own, it takes one that is long beside those. Whatever its reason, an open breaker is one state
on the gateway's row, shared by all workers.
"""

from math import inf

MOST_WAIT_SECONDS = 300.0  # as long a gateway is left alone at most, whatever it asks for
# A run that is over sooner, as one of poison is where messages are many, must be so many times as long.
SUSPICIOUS_SECONDS = 2.0
LONGER = 4
USUAL_RUNS = 0.7  # of the limit, times the usual run: with 20, as unlikely as a coin's 20 tails
# Longer runs are learned within a few signs of life, and forgotten within some hundred.
LEARN, FORGET = 0.25, 0.02
NEGLIGIBLE = 0.01


class Breaker:
    """Of one worker."""

    def __init__(self, *, limit: int) -> None:
        """`limit`: how many in a row open it at least; 0: never."""
        self._limit = limit
        self._run = 0  # in trouble, since the last sign of life
        self._unreached = 0  # of these, the gateway cannot have seen
        self._since = -inf  # when the run began
        self._usual = 0.0  # length of a run, an average
        self._asking = 0  # of these, asked to be left alone
        self._asked = inf
        self.lived_at = -inf
        self.lets_in = False  # whether the gateway has shown that it knows us, since it last did not

    def note_life(self, *, now: float) -> None:
        """A response that shows the gateway alive and thinking, whatever it thinks of the message."""
        self.lets_in, self.lived_at = True, now
        if self._run or self._usual:
            self._learn(now)

    def note_trouble(
        self, *, now: float, seconds: float, has_failed: bool, is_unreached: bool, asked_seconds: float = 0.0
    ) -> bool:
        """Note no response, or one of a gateway in trouble; True when it is the one too many.

        `seconds`: how long it took. `has_failed`: the message, before. `is_unreached`: the gateway cannot
        have seen the request. `asked_seconds`: how long it asks to be left alone.
        """
        if is_unreached or not has_failed:
            if not self._run:
                self._since = max(self._since, self.lived_at, now - seconds)
            self._run += 1
            self._unreached += is_unreached
            if asked_seconds:
                self._asking += 1
                self._asked = min(self._asked, asked_seconds)
        return bool(self._limit and self._run) and self._is_too_long(now)

    @property
    def wait_seconds(self) -> float:
        """How long the gateway asked to be left alone, where it did for more than half of the run."""
        return min(self._asked, MOST_WAIT_SECONDS) if 2 * self._asking > self._run else 0.0

    def reset(self, *, now: float) -> None:
        """The breaker is open, or was: what happened before says nothing of what comes."""
        self._run, self._unreached, self._since = 0, 0, now
        self._asking, self._asked = 0, inf

    def _is_too_long(self, now: float) -> bool:
        if self._unreached >= self._limit:
            return True
        enough = self._limit * max(1.0, USUAL_RUNS * (1 + self._usual))
        is_slow = now - self._since >= SUSPICIOUS_SECONDS
        return self._run >= (enough if is_slow else LONGER * enough)

    def _learn(self, now: float) -> None:
        weight = LEARN if self._run > self._usual else FORGET
        self._usual += (self._run - self._usual) * weight
        if self._usual < NEGLIGIBLE:
            self._usual = 0.0
        self.reset(now=now)
