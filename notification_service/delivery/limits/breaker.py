"""When a gateway is in trouble: how many requests ended in trouble since its last sign of life. Pure.

Trouble is no evidence if the message itself may be the cause: one that has failed before will fail again at
any gateway. And if runs of trouble between two signs of life are usual, because many messages are bad, only a
run that is long compared with those counts. Whatever its reason, an open breaker is one state on the
gateway's row, which all workers share.
"""

from math import inf

MOST_WAIT_SECONDS = 300.0  # for which a gateway is left alone at most, even if it asks for more
# A shorter run must be so many times as long: among many messages, a run of bad ones is soon over.
SUSPICIOUS_SECONDS = 2.0
LONGER = 4
USUAL_RUNS = 0.7  # of the limit, times the usual run: with 20, as unlikely as 20 tails of a coin
# Longer runs are learned within a few signs of life, and forgotten within some hundreds, or sooner if there
# is no trouble between these.
LEARN, FORGET, FORGET_SOON = 0.25, 0.02, 0.1
# A run that opened the breaker, with its probes, is learned whole, up to so many times the limit: if most
# messages are poison, so long a run is usual.
MOST_HELD = 10
NEGLIGIBLE = 0.01


class Breaker:
    """One worker's view of one gateway."""

    def __init__(self, *, limit: int) -> None:
        """`limit`: how many in a row open it, at least; 0: never."""
        self._limit = limit
        self._run = 0  # in trouble, since the last sign of life
        self._unreached = 0  # how many of these the gateway cannot have seen
        self._since = -inf  # when the run began
        self._usual = 0.0  # length of a run, an average
        self._asking = 0  # how many of these asked to be left alone
        self._asked = inf
        self._is_held = False
        self.lived_at = -inf
        self.lets_in = False  # whether the gateway has let us in since it last did not

    def note_life(self, *, now: float) -> None:
        """Note a response which shows that the gateway works, whatever it says about the message."""
        self.lets_in, self.lived_at = True, now
        if self._run or self._usual:
            self._learn(now)

    def note_trouble(
        self, *, now: float, seconds: float, may_be_own: bool, is_unreached: bool, asked_seconds: float = 0.0
    ) -> bool:
        """Note no response, or one of a gateway in trouble. Return True if this opens the breaker.

        `seconds`: how long it took. `may_be_own`: the message itself may be the reason. `is_unreached`: the
        gateway cannot have seen the request. `asked_seconds`: how long it asks to be left alone.
        """
        if is_unreached or not may_be_own:
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
        """Return how long the gateway asked to be left alone, if it did in more than half of the run."""
        return min(self._asked, MOST_WAIT_SECONDS) if 2 * self._asking > self._run else 0.0

    def hold(self, *, now: float) -> None:
        """The breaker is open: what led to it says nothing about what comes, only about what may be usual."""
        if self.wait_seconds:
            self._run = 0  # a limit of the gateway, not poison
        self._is_held, self._unreached, self._since = True, 0, now
        self._asking, self._asked = 0, inf

    def note_probe(self) -> None:
        """Another message that ended in trouble while the breaker was open."""
        self._run += 1

    def release(self, *, now: float) -> None:
        """It is closed: if it was open, somebody has seen a sign of life."""
        if self._is_held:
            self._learn(now)

    def _is_too_long(self, now: float) -> bool:
        if self._unreached >= self._limit:
            return True
        enough = self._limit * max(1.0, USUAL_RUNS * (1 + self._usual))
        is_slow = now - self._since >= SUSPICIOUS_SECONDS
        return self._run >= (enough if is_slow else LONGER * enough)

    def _learn(self, now: float) -> None:
        if self._is_held:
            self._usual = max(self._usual, min(self._run, MOST_HELD * self._limit))
        else:
            slowly = FORGET if self._run else FORGET_SOON
            self._usual += (self._run - self._usual) * (LEARN if self._run > self._usual else slowly)
        if self._usual < NEGLIGIBLE:
            self._usual = 0.0
        self._run, self._unreached, self._since, self._is_held = 0, 0, now, False
        self._asking, self._asked = 0, inf
