"""When a gateway is in trouble: so many requests in a row without a good response. Pure.

Whatever its reason, an open breaker is one state on the gateway's row, shared by all workers.
"""


class ConsecutiveFailures:
    """Of one worker; a gateway that takes a message now and then is not in trouble, for those count."""

    def __init__(self, *, limit: int) -> None:
        self._limit = limit
        self._in_a_row = 0

    def note(self, *, failed: bool) -> bool:
        """Note a request's end; True when it is the one too many. 0 as the limit: never."""
        self._in_a_row = self._in_a_row + 1 if failed else 0
        return bool(self._limit) and self._in_a_row >= self._limit

    def reset(self) -> None:
        self._in_a_row = 0
