"""The simulator's own pages: behaviour, counters, received requests, and the page for people."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol
from urllib.parse import parse_qs

from . import page
from .behaviour import Behaviour, BehaviourError
from .ledger import Ledger
from .request_reader import Request
from .responses import Response, refusal, render, render_json

_HIGHEST_LIMIT: Final = 100_000
_DEFAULT_LIMIT: Final = 1_000
_MOST_BYTES: Final = 16 * 1024 * 1024
_NDJSON: Final = "application/x-ndjson"


class Simulated(Protocol):
    behaviour: Behaviour
    ledger: Ledger


View = Callable[[Request], Response]


class Control:
    def __init__(self, gateway: Simulated) -> None:
        self._gateway = gateway
        self._views: Mapping[bytes, Mapping[bytes, View]] = {
            b"/": {b"GET": self._show_page},
            b"/_simulator/behaviour": {b"GET": self._show_behaviour, b"PUT": self._replace_behaviour},
            b"/_simulator/stats": {b"GET": self._show_stats},
            b"/_simulator/requests": {b"GET": self._list_requests, b"DELETE": self._clear_requests},
        }

    def answer(self, request: Request, path: bytes) -> Response | None:
        """None where the simulator has no page of its own."""
        views = self._views.get(path)
        if views is None:
            return None
        view = views.get(b"GET" if request.method == b"HEAD" else request.method)
        if view is None:
            return refusal(405, "no such method here", allow=b", ".join(views).decode())
        return view(request)

    def _show_page(self, _request: Request) -> Response:
        now = time.time()
        ledger = self._gateway.ledger
        html = page.render(ledger.stats(now=now), self._gateway.behaviour, ledger.latest(page.SHOWN))
        return Response(render(200, html, content_type="text/html; charset=utf-8", **page.HEADERS))

    def _show_behaviour(self, _request: Request) -> Response:
        return Response(render_json(200, self._gateway.behaviour.as_json()))

    def _replace_behaviour(self, request: Request) -> Response:
        try:
            self._gateway.behaviour = Behaviour.from_json(json.loads(request.body.decode()))
        except BehaviourError as invalid:
            return refusal(400, str(invalid))
        except (ValueError, RecursionError):
            return refusal(400, "the body is not JSON")
        return self._show_behaviour(request)

    def _show_stats(self, _request: Request) -> Response:
        return Response(render_json(200, self._gateway.ledger.stats(now=time.time())))

    def _list_requests(self, request: Request) -> Response:
        query = parse_qs(request.url.partition(b"?")[2].decode("ascii", "replace"), keep_blank_values=True)
        after = _natural(query.get("after", ["0"])[-1])
        limit = _natural(query.get("limit", [str(_DEFAULT_LIMIT)])[-1])
        if after is None or limit is None:
            return refusal(400, "after and limit are whole numbers")
        lines = self._gateway.ledger.requests(after=after, limit=min(limit, _HIGHEST_LIMIT))
        return Response(render(200, _join(lines), content_type=_NDJSON))

    def _clear_requests(self, _request: Request) -> Response:
        self._gateway.ledger.clear()
        return Response(render(204, b""))


def _join(lines: Iterable[str]) -> bytes:
    """As many lines as 16 MiB hold, at least one: who wants them all asks until there is none."""
    joined = bytearray()
    for line in lines:
        if joined and len(joined) + len(line) > _MOST_BYTES:
            break
        joined += line.encode()
    return bytes(joined)


def _natural(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
