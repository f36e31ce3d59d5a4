"""How many requests a key may make, in all web processes together, without a write for each request.

A process takes a tenth of what the key has left in this minute from the database, and counts that down by
itself. A tenth of the rest: when little is left, little is lost to processes that do not use it.
"""

import math
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from django.conf import settings
from django.db import connection
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from notification_service.access.authentication import actor_of

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView

PART = 10
MINUTE = 60
FORGOTTEN_AT = 10_000  # keys and people a process remembers at most

# The database's clock, so that all web servers mean the same minute.
TAKE = """
    INSERT INTO access_rate_limit AS kept (actor, minute, taken, part)
    SELECT %(actor)s, date_trunc('minute', now()), %(first)s, %(first)s
    ON CONFLICT (actor) DO UPDATE SET
        minute = excluded.minute,
        part = CASE WHEN kept.minute = excluded.minute
            THEN greatest(0, ceil((%(limit)s - kept.taken)::float / %(tenths)s)::int) ELSE excluded.part END,
        taken = CASE WHEN kept.minute = excluded.minute
            THEN kept.taken + greatest(0, ceil((%(limit)s - kept.taken)::float / %(tenths)s)::int)
            ELSE excluded.taken END
    RETURNING part, greatest(0, %(limit)s - kept.taken),
        extract(epoch FROM minute + interval '1 minute' - now())::float
"""


@dataclass(slots=True)
class RateLimitPart:
    left: int
    ends_at: float  # on this process's monotonic clock
    of_others: int = 0  # what was left for all processes when it was taken


@dataclass(frozen=True, slots=True)
class Quota:
    """What a key has: `left` of `limit` in the next `seconds`, at most. Other processes spend, too."""

    limit: int
    left: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """As draft-ietf-httpapi-ratelimit-headers says."""
        return {
            "RateLimit-Policy": f'"minute";q={self.limit};w={MINUTE}',
            "RateLimit": f'"minute";r={self.left};t={self.seconds}',
        }


class RateLimit(BaseThrottle):
    """API_RATE_LIMIT requests in each minute of the clock; 0: no limit."""

    timer = staticmethod(time.monotonic)
    _parts: ClassVar[dict[str, RateLimitPart]] = {}
    _lock: ClassVar = threading.Lock()
    _wait = 0.0

    def allow_request(self, request: Request, _view: "APIView") -> bool:
        limit: int = settings.API_RATE_LIMIT
        if not limit or not request.user.is_authenticated:
            return True
        actor = actor_of(request)
        allowed = self._spend(actor, limit)
        request._request.quota = self._quota(actor, limit)  # type: ignore[attr-defined]
        return allowed

    def wait(self) -> float:
        return max(1.0, self._wait)

    def _spend(self, actor: str, limit: int) -> bool:
        allowed = self._spend_here(actor)
        if allowed is None:
            part = _take(actor, limit, now=self.timer())
            with self._lock:
                if len(self._parts) >= FORGOTTEN_AT:
                    self._parts.clear()
                self._parts[actor] = part
            allowed = self._spend_here(actor)
        return bool(allowed)

    def _quota(self, actor: str, limit: int) -> Quota:
        part = self._parts.get(actor) or RateLimitPart(left=0, ends_at=self.timer())
        seconds = max(1, math.ceil(part.ends_at - self.timer()))
        return Quota(limit, left=max(0, part.left) + part.of_others, seconds=seconds)

    def _spend_here(self, actor: str) -> bool | None:
        """Return None if the database has to be asked."""
        with self._lock:
            part = self._parts.get(actor)
            if part is None or self.timer() >= part.ends_at or part.left == 0:
                return None
            if part.left < 0:  # the minute's last request was made, by whichever process
                self._wait = part.ends_at - self.timer()
                return False
            part.left -= 1
            return True


def _take(actor: str, limit: int, *, now: float) -> RateLimitPart:
    first = -(-limit // PART)
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"actor": actor, "limit": limit, "first": first, "tenths": PART})
        part, of_others, seconds = cursor.fetchone()
    return RateLimitPart(left=part or -1, ends_at=now + seconds, of_others=of_others)
