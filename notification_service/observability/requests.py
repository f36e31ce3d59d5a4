"""One line, one measurement and one span for each request of the API and the console."""

import re
import time
import uuid
from collections.abc import Callable
from typing import Any

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject
from structlog.contextvars import bound_contextvars

from notification_service.observability import tracing
from notification_service.observability.metrics import http_seconds

GetResponse = Callable[[HttpRequest], HttpResponse]

HEADER = "X-Request-ID"
ACCEPTABLE = re.compile(r"[\w.:-]{1,64}", re.ASCII)
# Machines request these every few seconds: only failures are worth a line.
QUIET = re.compile(r"/(health/|metrics|static/)")
OF_ROW = re.compile(r"(?:^|/)(client|mailing|message)s/(?:<|(\d+)/)")
KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

log = structlog.get_logger(__name__)


class RequestLog:
    """The outermost middleware, so that its line covers everything. Every line has the request's id."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = request_id_of(request)
        began = time.perf_counter()
        parent = request.headers.get("traceparent", "")
        with (
            bound_contextvars(request_id=request_id),
            tracing.span("request", parent=parent, kind="server") as span,
        ):
            response = self.get_response(request)
            seconds = time.perf_counter() - began
            fields = _fields(request, response)
            http_seconds.labels(_method(request), fields["route"], str(response.status_code)).observe(seconds)
            _log_request(fields, response.status_code, seconds)
            if span is not None:
                _describe(span, fields | {"request_id": request_id}, response.status_code)
        response.headers[HEADER] = request_id
        return response


def request_id_of(request: HttpRequest) -> str:
    """Return the caller's own id, if it is fit for a log, or a new one."""
    given = request.headers.get(HEADER, "")
    return given if ACCEPTABLE.fullmatch(given) else uuid.uuid4().hex


def _fields(request: HttpRequest, response: HttpResponse) -> dict[str, Any]:
    match = request.resolver_match
    route = match.route if match else "unmatched"
    return {
        "method": _method(request),
        "route": route,
        "path": request.path,
        **_actor(request),
        **_row(route, match.kwargs if match else {}, response.headers.get("Location", "")),
    }


def _method(request: HttpRequest) -> str:
    return request.method if request.method in KNOWN_METHODS else "OTHER"


def _actor(request: HttpRequest) -> dict[str, Any]:
    """Return `user_id` or `key_id`, if the view found out who it is."""
    # REST framework puts it on the request. The session's user is lazy, and is not loaded just for the log.
    who: Any = getattr(request, "_cached_user", None) or getattr(request, "user", None)
    if type(who) is SimpleLazyObject or not getattr(who, "is_authenticated", False):
        return {}
    return {"key_id" if who._meta.model_name == "apikey" else "user_id": who.pk}


def _row(route: str, kwargs: dict[str, Any], location: str) -> dict[str, int]:
    """Return `mailing_id`, `client_id` or `message_id`: from the URL, or of what was made."""
    if "pk" in kwargs and (found := OF_ROW.search(route)):
        return {f"{found[1]}_id": kwargs["pk"]}
    if (found := OF_ROW.search(location)) and found[2]:
        return {f"{found[1]}_id": int(found[2])}
    return {}


def _log_request(fields: dict[str, Any], status: int, seconds: float) -> None:
    say = log.debug if status < 400 and QUIET.match(fields["path"]) else log.info
    say("request", status=status, duration_ms=round(seconds * 1000, 1), **fields)


def _describe(span: Any, fields: dict[str, Any], status: int) -> None:
    span.update_name(f"{fields['method']} {fields['route']}")
    span.set_attribute("http.request.method", fields["method"])
    span.set_attribute("http.route", fields["route"])
    span.set_attribute("http.response.status_code", status)
    for name, value in fields.items():
        if name.endswith("_id"):
            span.set_attribute(name, value)
