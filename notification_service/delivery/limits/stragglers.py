"""Requests that hang while the gateway responds to others, and what they take from others. Pure.

A message that hangs because of itself would hold one of a worker's places until its time limit. So
stragglers give their places to others within limits, and so do, beforehand, the requests that will be
stragglers. Once all places are taken, a mailing with many stragglers waits behind other mailings. Messages
that hung at their last attempt take only a part of the places. If no request gets a response, the gateway
hangs, and there are no stragglers.
"""

from bisect import bisect_right
from collections import Counter

MOST, TIMES = 2000, 30  # stragglers of a worker: so many, or so many times its concurrency if that is less
STRAGGLER_SECONDS = 0.25  # a straggler has been under way for at least so long, and
TIMES_LONGER = 5  # times as long as responses usually take
ANSWERING_SECONDS = 0.5  # after a sign of life, in which a gateway counts as one that answers
MANY = 4  # a part: of the concurrency, kept for other mailings; of all places, for what has hung before


class Stragglers:
    def __init__(self, *, most: int = MOST) -> None:
        self._most = most
        self._begun: dict[int, tuple[float, int]] = {}  # by message: when it began, and its mailing
        self._hung_before: set[int] = set()  # other messages
        self.most_hung = 1  # of these, under way at once
        self.seconds = STRAGGLER_SECONDS  # after which a request is one
        self.slow_mailings: list[int] = []

    def begin(self, message_id: int, mailing_id: int, *, now: float, has_hung: bool = False) -> None:
        if has_hung:
            self._hung_before.add(message_id)
        else:
            self._begun[message_id] = (now, mailing_id)

    def end(self, message_id: int) -> None:
        if self._begun.pop(message_id, None) is None:
            self._hung_before.discard(message_id)

    def allowed(
        self, *, now: float, lived_at: float, latency: float, limit: int, full: int, has_quota: bool
    ) -> int:
        """Return how many requests may be under way with stragglers, if `limit` others may be; call it often.


        `lived_at`: the time of the gateway's last sign of life. While no request gets a response, one at a
        time shows whether any does. `full`: how many others at a healthy gateway. If `has_quota`, the
        gateway's own limit counts stragglers as well.
        """
        self.seconds = long = max(STRAGGLER_SECONDS, TIMES_LONGER * latency)
        is_answering = lived_at >= now - max(ANSWERING_SECONDS, long / 2)
        begun = list(self._begun.values())  # in the order in which they began
        count = bisect_right(begun, (now - long, 0))
        # As many of those under way for less will be stragglers as of those before them are.
        expected = count - bisect_right(begun, (now - 2 * long, 0)) if is_answering else 0
        wanted = max(limit, count + expected + (limit if is_answering else min(1, limit)))
        wanted += len(self._hung_before)  # bounded by `most_hung`: they take no place from others
        places = self._places(full, has_quota=has_quota)
        self.most_hung = max(1, self._places(limit, has_quota=has_quota) // MANY)
        mailings = Counter(mailing for _, mailing in begun[:count]) if wanted > places else {}
        self.slow_mailings = [m for m, number in mailings.items() if number >= kept_for_others(full)]
        return max(limit, min(places, wanted))

    def _places(self, limit: int, *, has_quota: bool) -> int:
        return limit if has_quota else limit + min(self._most, TIMES * limit)


def kept_for_others(full: int) -> int:
    return max(1, full // MANY)
