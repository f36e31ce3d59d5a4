"""When a request is sent again, and after how long. Only what cannot do twice what was meant once."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
MAY_HAVE_ARRIVED = (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError)
TURNED_AWAY = frozenset({429})
MAY_HAVE_BEEN_DONE = frozenset({502, 503, 504})


@dataclass(frozen=True, slots=True)
class Retries:
    attempts: int = 5  # 1: no retries
    first_wait_seconds: float = 0.5  # doubled each time, and a part of it taken off at random
    longest_wait_seconds: float = 60  # where Retry-After asks for more, the error is raised at once

    def wait_after_error(self, error: Exception, *, attempt: int, repeatable: bool) -> float | None:
        """Return None if the request is not to be sent again."""
        again = isinstance(error, NEVER_SENT) or (repeatable and isinstance(error, MAY_HAVE_ARRIVED))
        return self._backoff(attempt) if again and attempt < self.attempts else None

    def wait_after_response(
        self, response: httpx.Response, *, attempt: int, repeatable: bool
    ) -> float | None:
        again = response.status_code in TURNED_AWAY or (
            repeatable and response.status_code in MAY_HAVE_BEEN_DONE
        )
        if not again or attempt >= self.attempts:
            return None
        asked = retry_after(response.headers.get("Retry-After"), now=datetime.now(UTC))
        wait = self._backoff(attempt) if asked is None else asked
        return wait if wait <= self.longest_wait_seconds else None

    def _backoff(self, attempt: int) -> float:
        most: float = min(self.first_wait_seconds * 2 ** (attempt - 1), self.longest_wait_seconds)
        return most * random.uniform(0.5, 1)  # noqa: S311 (jitter is no secret)


def retry_after(text: str | None, *, now: datetime) -> float | None:
    """Seconds, or an HTTP date."""
    if text is None:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - now).total_seconds())
    except (ValueError, TypeError):
        return None
