"""How long a body may be, and how many may be on their way: each is read in the thread of its request.

A proxy that passes on only whole bodies does more (docs/security.md); this is for installations without one.
"""

import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse

from notification_service.access.client_address import client_network
from notification_service.api.views.errors import too_busy, too_large

GetResponse = Callable[[HttpRequest], HttpResponse]

TOO_MANY = "Too many requests with a body are being received; send this one again in a moment."
JUDGED_BY_ITS_VIEW = {
    *("client-import", "console:import-upload"),
    *("console:opt-outs-import", "console:consents-import"),
}


class TooManyBodiesError(SuspiciousOperation):
    """Not an OSError: after an OSError, Django calls the view with an empty form."""


class Places:
    """Places for requests whose body is on its way: fewer than a process handles, so others have room."""

    def __init__(self, *, most: int, most_of_one: int, patience_seconds: float) -> None:
        self._most, self._most_of_one, self._patience = most, most_of_one, patience_seconds
        self._taken: Counter[str] = Counter()
        self._changed = threading.Condition()

    def take(self, address: str) -> bool:
        """Take a place for this address; return whether there was one. A complete body frees it at once."""
        with self._changed:
            is_free = self._changed.wait_for(lambda: self._has_room(address), self._patience)
            self._taken[address] += is_free
            return is_free

    def give_back(self, address: str) -> None:
        with self._changed:
            self._taken[address] -= 1
            self._taken += Counter()  # drops addresses without one
            self._changed.notify_all()

    def _has_room(self, address: str) -> bool:
        return self._taken.total() < self._most and self._taken[address] < self._most_of_one


PLACES = Places(most=6, most_of_one=3, patience_seconds=0.2)  # of the eight requests of a web process


class Body:
    """Its first read takes a place, its last byte gives it back."""

    def __init__(self, stream: Any, *, length: int | None, address: str) -> None:
        self._stream, self._left, self._address = stream, length, address
        self._has_place = self.is_refused = False

    def read(self, *size: int) -> bytes:
        return self._arrived(self._stream.read, *size)

    def readline(self, *size: int) -> bytes:
        return self._arrived(self._stream.readline, *size)

    def close(self) -> None:
        self.give_back()

    def give_back(self) -> None:
        if self._has_place:
            self._has_place = False
            PLACES.give_back(self._address)

    def _arrived(self, read: Callable[..., bytes], *size: int) -> bytes:
        if not self._has_place and self._left != 0:
            self._has_place = PLACES.take(self._address)
            self.is_refused = not self._has_place
        if self.is_refused:
            raise TooManyBodiesError("too many bodies are waited for")
        block = read(*size)
        self._left = self._left - len(block) if self._left is not None else None
        if not block or self._left == 0:
            self._left = 0
            self.give_back()
        return block


class BodyLimits:
    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not (_declared(request) or "HTTP_TRANSFER_ENCODING" in request.META):
            return self.get_response(request)
        body = _watch(request)
        try:
            response = self.get_response(request)
        finally:
            body.give_back()
        return too_busy(request, TOO_MANY) if body.is_refused else response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Refuse a body before any part of it is read. The API's parsers have smaller limits of their own."""
        match = request.resolver_match
        if request.path_info.startswith("/api/") or (match and match.view_name in JUDGED_BY_ITS_VIEW):
            return None
        return too_large(request) if _declared(request) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE else None


def _watch(request: HttpRequest) -> Body:
    """Put the watched body in place of the stream, both Django's and the server's own."""
    address = client_network(request) or ""
    if _declared(request):
        body = Body(request._stream, length=_declared(request), address=address)
        request._stream = body  # type: ignore[assignment]
    else:
        body = Body(request.META["wsgi.input"], length=None, address=address)
        request.META["wsgi.input"] = body
    return body


def _declared(request: HttpRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)
