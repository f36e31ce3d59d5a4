"""The request that a gateway's settings describe: method, URL, headers and body, as templates."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from notification_service.mailings.gateways.http.faults import Faults, Place
from notification_service.mailings.gateways.http.templates import (
    Parts,
    PlaceholderTemplate,
    RequestPlaceholder,
    form_escaped,
    header_escaped,
    json_escaped,
    read_parts,
    url_escaped,
    whole_number,
)
from notification_service.mailings.gateways.unusable import GatewayFault

METHODS = ("POST", "PUT", "GET")
JSON, FORM = CONTENT_TYPES = ("application/json", "application/x-www-form-urlencoded")
URL_CHARACTERS = 2_000
MOST_HEADERS, HEADER_CHARACTERS = 30, 2_000
DEPTH = 16  # of a body
ORIGIN = re.compile(r"https?://[^/?#{}]+", re.IGNORECASE)
OF_A_TARGET = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%[0-9A-Fa-f]{2})*")
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}")
# The wire's own, or those of the settings beside them.
OWN_HEADERS = frozenset(
    {
        *("host", "content-length", "content-type", "transfer-encoding", "connection", "keep-alive"),
        *("accept-encoding", "expect", "upgrade", "te", "trailer", "proxy-authorization", "traceparent"),
    }
)


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    method: str
    origin: str  # scheme, host and port
    target: PlaceholderTemplate  # path and query
    headers: tuple[tuple[str, PlaceholderTemplate], ...]
    content_type: str  # empty without a body
    body: PlaceholderTemplate

    @property
    def placeholders(self) -> frozenset[RequestPlaceholder]:
        templates = (self.target, self.body, *(template for _, template in self.headers))
        return frozenset().union(*(template.placeholders for template in templates))


def read_request(value: dict[str, Any], faults: Faults) -> RequestTemplate:
    """What is wrong is noted, and left out of what is returned."""
    method = value.get("method", "POST")
    if method not in METHODS:
        faults.wrong(("method",), f"must be one of {', '.join(METHODS)}")
    origin, target = _url(value.get("url"), faults)
    content_type, body = _body(value, faults)
    return RequestTemplate(
        method, origin, target, _headers(value.get("headers", {}), faults), content_type, body
    )


def origin_of(value: Any) -> str:
    """Return the scheme, host and port of the settings' URL; empty if they have none."""
    url = value.get("url") if isinstance(value, dict) else None
    found = ORIGIN.match(url) if isinstance(url, str) else None
    return found[0] if found else ""


def _url(value: Any, faults: Faults) -> tuple[str, PlaceholderTemplate]:
    place = ("url",)
    origin = ORIGIN.match(value) if isinstance(value, str) else None
    if origin is None or len(value) > URL_CHARACTERS:
        detail = (
            "must be http:// or https://, a host without a placeholder, and perhaps a port, a path and a "
            f"query: {URL_CHARACTERS} characters at most"
        )
        faults.add(place, GatewayFault.URL_MALFORMED, detail)
        return "", PlaceholderTemplate()
    rest = value[origin.end() :]
    parts = read_parts(rest if rest.startswith("/") else f"/{rest}", place, faults)
    if not all(OF_A_TARGET.fullmatch(part) for part in parts if not isinstance(part, RequestPlaceholder)):
        detail = "has characters that must be percent-encoded in a URL, or a fragment"
        faults.add(place, GatewayFault.URL_MALFORMED, detail)
    return origin[0], PlaceholderTemplate(parts, url_escaped)


def _headers(value: Any, faults: Faults) -> tuple[tuple[str, PlaceholderTemplate], ...]:
    if not isinstance(value, dict) or len(value) > MOST_HEADERS:
        faults.wrong(("headers",), f"must be an object of {MOST_HEADERS} headers at most")
        return ()
    return tuple((name, _header(name, text, value, faults)) for name, text in value.items())


def _header(name: str, text: Any, every: dict[str, Any], faults: Faults) -> PlaceholderTemplate:
    place = ("headers", name)
    if not HEADER_NAME.fullmatch(name):
        faults.add(place, GatewayFault.HEADER_UNSENDABLE, "is no name of a header")
    elif name.lower() in OWN_HEADERS:
        faults.add(place, GatewayFault.HEADER_UNSENDABLE, "is set by the service itself")
    elif sum(name.lower() == other.lower() for other in every) > 1:
        faults.add(place, GatewayFault.HEADER_UNSENDABLE, "is there twice")
    if not isinstance(text, str) or len(text) > HEADER_CHARACTERS:
        faults.wrong(place, f"must be a text of {HEADER_CHARACTERS} characters at most")
        return PlaceholderTemplate()
    if not text.isascii() or (text and not text.isprintable()):
        faults.add(place, GatewayFault.HEADER_UNSENDABLE, "must be printable ASCII, without a line break")
    return PlaceholderTemplate(read_parts(text, place, faults), header_escaped)


def _body(value: dict[str, Any], faults: Faults) -> tuple[str, PlaceholderTemplate]:
    body, content_type = value.get("body"), value.get("content_type")
    if body is None:
        if content_type is not None:
            faults.wrong(("content_type",), "there is no body that it could describe")
        return "", PlaceholderTemplate()
    if value.get("method") == "GET":
        faults.wrong(("body",), "a GET has no body")
    if content_type not in CONTENT_TYPES:
        faults.wrong(("content_type",), f"must be one of {', '.join(CONTENT_TYPES)}")
        return "", PlaceholderTemplate()
    if content_type == FORM:
        return FORM, PlaceholderTemplate(tuple(_form(body, faults)), form_escaped)
    if not isinstance(body, dict | list):
        faults.wrong(("body",), "must be a JSON object or a list")
    return JSON, PlaceholderTemplate(tuple(_json(body, ("body",), faults)), json_escaped)


def _form(body: Any, faults: Faults) -> Iterator[str | RequestPlaceholder]:
    if not isinstance(body, dict):
        faults.wrong(("body",), "must be an object: the fields of the form")
        return
    separator = ""
    for name, text in body.items():
        place = ("body", name)
        if type(text) in (int, float):
            text = json.dumps(text)
        if not isinstance(text, str):
            faults.wrong(place, "must be a text or a number, as a form has no other values")
            continue
        _no_placeholder(name, place, faults)
        yield f"{separator}{form_escaped(name)}="
        yield from _escaped(read_parts(text, place, faults), form_escaped)
        separator = "&"


def _json(value: Any, place: Place, faults: Faults) -> Iterator[str | RequestPlaceholder]:
    if len(place) > DEPTH:
        faults.wrong(place[:DEPTH], "is nested too deeply")
        return
    match value:
        case str():
            yield from _json_text(value, place, faults)
        case dict():
            yield "{"
            for index, (name, each) in enumerate(value.items()):
                _no_placeholder(name, (*place, name), faults)
                yield f'{", " if index else ""}"{json_escaped(name)}": '
                yield from _json(each, (*place, name), faults)
            yield "}"
        case list():
            yield "["
            for index, each in enumerate(value):
                yield ", " if index else ""
                yield from _json(each, (*place, index), faults)
            yield "]"
        case _:
            yield json.dumps(value)


def _json_text(text: str, place: Place, faults: Faults) -> Iterator[str | RequestPlaceholder]:
    if number := whole_number(text):
        yield number
        return
    yield '"'
    yield from _escaped(read_parts(text, place, faults), json_escaped)
    yield '"'


def _escaped(parts: Parts, escape: Any) -> Iterator[str | RequestPlaceholder]:
    for part in parts:
        yield part if isinstance(part, RequestPlaceholder) else escape(part)


def _no_placeholder(name: str, place: Place, faults: Faults) -> None:
    if "{{" in name:
        faults.add(place, GatewayFault.PLACEHOLDER_UNKNOWN, "a placeholder can be in a value, not in a name")
