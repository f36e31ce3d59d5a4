"""The REST API as an integrator with patience calls it: repeats a request until it is answered."""

import json
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

INTERNAL_SERVER_ERROR = 500
PATIENCE_SECONDS = 90.0
PAUSE_SECONDS = 0.2
# Not ours to wait for: whatever stands between is no part of the storm.
_opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: Any
    asked_at: float
    answered_at: float
    is_first_try: bool

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Api:
    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._key = key
        self._lock = threading.Lock()
        self.answers: Counter[str] = Counter()
        self.broken: list[str] = []  # requests that were answered 500: whatever is away, 503 says so

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        idempotency_key: str | None = None,
        key: str | None = None,
    ) -> Reply:
        """The first answer that is not a 5xx. `body` is JSON, or CSV where it is a string."""
        headers = {"Authorization": f"Bearer {key or self._key}", "Content-Type": _content_type(body)}
        if idempotency_key:
            headers["Idempotency-Key"] = idempotency_key
        content = _encode(body)
        asked_at = time.time()
        for attempt in range(10**6):
            request = urllib.request.Request(self._url + path, content, headers, method=method)
            status, answer = self._try(request)
            if 0 < status < 500:
                return Reply(status, answer, asked_at, time.time(), is_first_try=attempt == 0)
            if time.time() > asked_at + PATIENCE_SECONDS:
                break
            time.sleep(PAUSE_SECONDS)
        raise TimeoutError(f"{method} {path} was not answered within {PATIENCE_SECONDS:.0f} s: {answer}")

    def _try(self, request: urllib.request.Request) -> tuple[int, Any]:
        """Status 0 where there was no answer."""
        try:
            with _opener.open(request, timeout=10) as response:
                status, answer = response.status, response.read()
        except urllib.error.HTTPError as error:
            with error:
                status, answer = error.code, error.read()
        except (OSError, HTTPException) as error:
            status, answer = 0, repr(error).encode()
        with self._lock:
            self.answers[f"{request.get_method()} {status or 'unanswered'}"] += 1
            if status == INTERNAL_SERVER_ERROR:
                self.broken.append(f"{request.get_method()} {request.selector}")
        return status, _decode(answer)


def _content_type(body: object) -> str:
    return "text/csv" if isinstance(body, str) else "application/json"


def _encode(body: object) -> bytes | None:
    if body is None:
        return None
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _decode(answer: bytes) -> Any:
    try:
        return json.loads(answer) if answer else None
    except ValueError:
        return answer.decode(errors="replace")[:300]
