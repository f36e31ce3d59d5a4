"""How many requests a web process may have under way, so that threads are left for `/health/`.

The server has one queue and a fixed number of threads. The spare ones serve `/health/` and refuse requests
for which there is no room; none of them is busy for long.
"""

import re
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from django.conf import settings
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

from notification_service.access.client_address import client_network
from notification_service.api.body_limits import Places
from notification_service.api.unread_downloads import bound_unread_downloads
from notification_service.api.views.errors import too_busy
from notification_service.database import session

GetResponse = Callable[[HttpRequest], HttpResponseBase]

REQUESTS, DOWNLOADS, SPARE = 8, 4, 4
THREADS = REQUESTS + DOWNLOADS + SPARE  # the server is started with this number
ALL_SLOW = "The service is busy with slow requests; send this one again in a moment."
TOO_MANY = "Too many downloads are under way; start this one again in a moment."
HEALTH = re.compile("/health/")
WHOLE = 16 * 1024**2  # more than any file of ours: the server takes it whole, no thread waits for a reader
PIECE_BYTES = 64 * 1024


class Room:
    """Room for so many requests. One more waits as long as others begin or end."""

    def __init__(self, *, most: int, patience_seconds: float) -> None:
        self._most, self._patience = most, patience_seconds
        self._inside = 0
        self._moved_at = time.monotonic()
        self._changed = threading.Condition()

    def enter(self) -> bool:
        """Return False if none has begun or ended for too long."""
        with self._changed:
            while self._inside >= self._most:
                left = self._moved_at + self._patience - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(left)
            self._move(1)
            return True

    def leave(self) -> None:
        with self._changed:
            self._move(-1)
            self._changed.notify()

    def _move(self, by: int) -> None:
        self._inside += by
        self._moved_at = time.monotonic()


ROOM = Room(most=REQUESTS, patience_seconds=1)
PLACES = Places(most=DOWNLOADS, most_of_one=2, patience_seconds=0.2)


class Download:
    """A body in pieces of a certain size, as the server holds a few of them. Frees its place when it ends."""

    def __init__(self, chunks: Iterable[bytes], *, address: str) -> None:
        self._chunks = iter(chunks)
        self._address = address
        self._has_place = True

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        piece = bytearray()
        for chunk in self._chunks:
            piece += chunk
            if len(piece) >= PIECE_BYTES:
                break
        if not piece:
            self.close()
            raise StopIteration
        return bytes(piece)

    def close(self) -> None:
        if self._has_place:
            self._has_place = False
            PLACES.give_back(self._address)

    def __del__(self) -> None:
        self.close()


class RequestLimits:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        limits = session.Limits("notification_service web", settings.STATEMENT_TIMEOUT_SECONDS)
        session.bound("default", limits)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if HEALTH.match(request.path_info):
            return self.get_response(request)
        if not ROOM.enter():
            return too_busy(request, ALL_SLOW)
        try:
            response = self.get_response(request)
        finally:
            ROOM.leave()
        return _download(request, response) if isinstance(response, StreamingHttpResponse) else response


def _download(request: HttpRequest, response: StreamingHttpResponse) -> HttpResponseBase:
    if isinstance(response, FileResponse):
        response.block_size = WHOLE
        return response
    address = client_network(request) or ""
    if not PLACES.take(address):
        return too_busy(request, TOO_MANY)
    bound_unread_downloads(settings.UNREAD_DOWNLOAD_SECONDS)
    response.streaming_content = Download(response.streaming_content, address=address)  # type: ignore[arg-type]
    return response
