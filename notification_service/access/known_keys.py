"""API keys that this process looked up less than a second ago: a busy key costs one look-up a second.

Only good ones are kept, so that a new key works at once. One that is revoked by another process works for a
second at most.
"""

import threading
import time
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

KEPT_SECONDS = 0.9  # with the time of one request, less than a second
MOST = 10_000


class Key(Protocol):
    key_hash: str

    @property
    def is_expired(self) -> bool: ...


AnyKey = TypeVar("AnyKey", bound=Key)


class KnownKeys(Generic[AnyKey]):
    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, AnyKey]] = {}
        self._lock = threading.Lock()

    def get(self, key_hash: str) -> AnyKey | None:
        kept = self._kept.get(key_hash)
        return kept[1] if kept and self._clock() < kept[0] and not kept[1].is_expired else None

    def keep(self, key: AnyKey) -> None:
        with self._lock:
            if len(self._kept) >= MOST:
                self._kept.clear()
            self._kept[key.key_hash] = (self._clock() + KEPT_SECONDS, key)

    def forget(self, key_hash: str) -> None:
        with self._lock:
            self._kept.pop(key_hash, None)

    def forget_all(self) -> None:
        with self._lock:
            self._kept.clear()
