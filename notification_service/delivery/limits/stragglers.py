"""Requests that hang while the gateway answers others: what they keep from others. Pure.

A message that hangs for its own sake would hold its place among a worker's requests until its time limit. So
stragglers give it up, within bounds; and a mailing that has many of them waits behind other mailings. When
nobody is answered, it is the gateway that hangs: then there are none.
"""

from collections import Counter
from collections.abc import Iterable

MOST = 4  # times a worker's concurrency: requests under way, stragglers among them
STRAGGLER_SECONDS = 1.0  # under way for so long at least, and
TIMES_LONGER = 5  # as long as responses usually take
MANY = (
    4  # a part of a worker's concurrency: so many stragglers make a mailing wait, and that is kept for others
)


class Stragglers:
    def __init__(self) -> None:
        self._begun: dict[int, tuple[int, float]] = {}  # by message: its mailing, when
        self._count = 0
        self._lived_at = float("-inf")
        self._is_answering = False
        self.slow_mailings: list[int] = []

    def begin(self, message_id: int, mailing_id: int, *, now: float) -> None:
        self._begun[message_id] = (mailing_id, now)

    def end(self, message_id: int) -> None:
        self._begun.pop(message_id, None)

    def look(self, *, now: float, lived_at: float, latency: float, full: int) -> None:
        """Count them; called often. `lived_at`: when the gateway last showed that it lives."""
        long = max(STRAGGLER_SECONDS, TIMES_LONGER * latency)
        self._is_answering = lived_at >= now - long / 2
        mailings = Counter(self._mailings(now - long))
        self._count = mailings.total()
        self.slow_mailings = [
            mailing for mailing, count in mailings.items() if count >= kept_for_others(full)
        ]

    def allowed(self, *, limit: int, full: int, is_shared: bool) -> int:
        """How many requests may be under way, stragglers among them, where `limit` others may be.

        While nobody is answered, one at a time shows whether anybody is. `full`: how many others at a healthy
        gateway; a limit of its own, of which this is a share, counts stragglers as well.
        """
        most = full if is_shared else MOST * full
        others = limit if self._is_answering else min(1, limit)
        return max(limit, min(most, self._count + others))

    def _mailings(self, before: float) -> Iterable[int]:
        for mailing_id, began_at in self._begun.values():
            if began_at > before:
                return  # in the order in which they began
            yield mailing_id


def kept_for_others(full: int) -> int:
    return max(1, full // MANY)
