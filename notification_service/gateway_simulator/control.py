"""The simulator's own pages: behaviour, counters, received requests, and the page for people."""

import json
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol
from urllib.parse import parse_qs

from aiohttp import web

from . import page
from .behaviour import Behaviour, BehaviourError
from .ledger import Ledger
from .responses import refusal

_HIGHEST_LIMIT: Final = 100_000
_DEFAULT_LIMIT: Final = 1_000
_MOST_BYTES: Final = 16 * 1024 * 1024
_NDJSON: Final = "application/x-ndjson"


class Simulated(Protocol):
    behaviour: Behaviour
    ledger: Ledger


View = Callable[[web.BaseRequest, bytes], web.Response]


class Control:
    def __init__(self, gateway: Simulated) -> None:
        self._gateway = gateway
        self._views: Mapping[str, Mapping[str, View]] = {
            "/": {"GET": self._show_page},
            "/_simulator/behaviour": {"GET": self._show_behaviour, "PUT": self._replace_behaviour},
            "/_simulator/stats": {"GET": self._show_stats},
            "/_simulator/requests": {"GET": self._list_requests, "DELETE": self._clear_requests},
        }

    def respond(self, request: web.BaseRequest, body: bytes, path: str) -> web.Response | None:
        """Return None if the simulator has no such page."""
        views = self._views.get(path)
        if views is None:
            return None
        self._gateway.ledger.flush()  # whoever asks finds in the log, too, what has been received until now
        view = views.get("GET" if request.method == "HEAD" else request.method)
        if view is None:
            return refusal(405, "no such method here", {"Allow": ", ".join(views)})
        return view(request, body)

    def _show_page(self, _request: web.BaseRequest, _body: bytes) -> web.Response:
        now = time.time()
        ledger = self._gateway.ledger
        html = page.render(ledger.stats(now=now), self._gateway.behaviour, ledger.latest(page.SHOWN))
        return web.Response(text=html, content_type="text/html", headers=page.HEADERS)

    def _show_behaviour(self, _request: web.BaseRequest, _body: bytes) -> web.Response:
        return web.json_response(self._gateway.behaviour.as_json())

    def _replace_behaviour(self, request: web.BaseRequest, body: bytes) -> web.Response:
        try:
            self._gateway.behaviour = Behaviour.from_json(json.loads(body.decode()))
        except BehaviourError as invalid:
            return refusal(400, str(invalid))
        except (ValueError, RecursionError):
            return refusal(400, "the body is not JSON")
        return self._show_behaviour(request, body)

    def _show_stats(self, _request: web.BaseRequest, _body: bytes) -> web.Response:
        return web.json_response(self._gateway.ledger.stats(now=time.time()))

    def _list_requests(self, request: web.BaseRequest, _body: bytes) -> web.Response:
        query = parse_qs(request.raw_path.partition("?")[2], keep_blank_values=True)
        after = _natural(query.get("after", ["0"])[-1])
        limit = _natural(query.get("limit", [str(_DEFAULT_LIMIT)])[-1])
        if after is None or limit is None:
            return refusal(400, "after and limit are whole numbers")
        lines = self._gateway.ledger.requests(after=after, limit=min(limit, _HIGHEST_LIMIT))
        return web.Response(body=_join(lines), content_type=_NDJSON)

    def _clear_requests(self, _request: web.BaseRequest, _body: bytes) -> web.Response:
        self._gateway.ledger.clear()
        return web.Response(status=204)


def _join(lines: Iterable[str]) -> bytes:
    """Return as many lines as fit into 16 MiB, at least one: to get all, ask until none is left."""
    joined = bytearray()
    for line in lines:
        if joined and len(joined) + len(line) > _MOST_BYTES:
            break
        joined += line.encode()
    return bytes(joined)


def _natural(digits: str) -> int | None:
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 19 else None
