"""Every address of the service, from the URL resolver, and who is to get in: one entry for each."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

CALLERS = (
    "no key",
    "forged key",
    "expired key",
    "revoked key",
    "read key",
    "write key",
    "viewer",
    "operator",
    "administrator",
)
NOBODY, KEYLESS = ("login",) * 6, ("401",) * 4

# What each caller gets, in the order of CALLERS: "in", a redirect to the login, or a refusal.
KINDS = {
    "open": ("in",) * 9,
    "api read": (*KEYLESS, "in", "in", "in", "in", "in"),
    "api write": (*KEYLESS, "403", "in", "403", "in", "in"),
    "api administration": (*KEYLESS, "403", "403", "403", "403", "in"),
    "api audit": (*KEYLESS, "403", "403", "403", "403", "in"),
    "metrics": (*KEYLESS, "in", "in", "401", "401", "401"),
    "viewers": (*NOBODY, "in", "in", "in"),
    "operators": (*NOBODY, "403", "in", "in"),
    "administrators": (*NOBODY, "403", "403", "in"),
    "after the password": ("login",) * 9,
}


HEAD = "| address | method | " + " | ".join(CALLERS) + " |\n" + "|---" * (len(CALLERS) + 2) + "|\n"


def table() -> str:
    """For the document: as it stands between its markers."""
    lines = []
    for route in routes():
        rows = {method: tuple(expected(route, method).values()) for method in methods_of(route)}
        for row in dict.fromkeys(rows.values()):
            methods = ", ".join(method for method in rows if rows[method] == row)
            lines.append(f"| `{route}` | {methods} | {' | '.join(row)} |\n")
    return HEAD + "".join(lines)


def routes() -> list[str]:
    return sorted(set(_walk(get_resolver().url_patterns, "")))


def _walk(patterns: list[Any], prefix: str) -> Iterator[str]:
    for pattern in patterns:
        route = prefix + re.sub(r"^\^|\$$", "", str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        elif isinstance(pattern, URLPattern):
            yield f"/{route}"


def address_of(route: str) -> str:
    """An address that the route matches, of a row that need not exist."""
    route = re.sub(r"<uuid:\w+>", "00000000-0000-0000-0000-000000000001", route)
    return re.sub(r"<[^>]+>", "1", route).replace("/?", "/")


def methods_of(route: str) -> tuple[str, ...]:
    if route.startswith("/metrics"):
        return ("GET",)  # every other is answered 405, whoever asks
    return ("GET", "POST", "PUT", "PATCH", "DELETE") if route.startswith("/api/") else ("GET", "POST")


def kind_of(route: str, method: str) -> str:
    if not route.startswith("/api/"):
        return DOORS[route]
    if route.startswith("/api/audit/"):
        return "api audit"
    if method == "GET" or (method == "POST" and route in API_QUESTIONS):
        return "api read"
    return "api administration" if route.startswith("/api/gateways/") else "api write"


def expected(route: str, method: str) -> dict[str, str]:
    return dict(zip(CALLERS, KINDS[kind_of(route, method)], strict=True))


DOORS = {
    "/": "viewers",
    "/account/confirm/": "viewers",
    "/account/confirm/code/": "after the password",
    "/account/second-factor/": "viewers",
    "/account/second-factor/codes/": "viewers",
    "/account/second-factor/codes/new/": "after the password",
    "/account/second-factor/off/": "viewers",
    "/account/second-factor/on/": "after the password",
    "/clients.csv": "operators",
    "/clients/": "viewers",
    "/clients/<int:pk>/": "viewers",
    "/clients/<int:pk>/delete/": "operators",
    "/clients/<int:pk>/edit/": "operators",
    "/clients/imports/": "viewers",
    "/clients/imports/<int:pk>/": "viewers",
    "/clients/imports/<int:pk>/cancel/": "operators",
    "/clients/imports/<int:pk>/live/": "viewers",
    "/clients/imports/<int:pk>/rejected.csv": "operators",
    "/clients/imports/<int:pk>/start/": "operators",
    "/clients/imports/upload/": "operators",
    "/clients/new/": "operators",
    "/docs": "open",
    "/docs/": "open",
    "/health/live/?": "open",
    "/health/ready/?": "open",
    "/i18n/setlang/": "open",
    "/live/": "viewers",
    "/login/": "open",
    "/login/code/": "viewers",
    "/login/oidc/": "open",
    "/login/oidc/callback/": "open",
    "/logout/": "open",
    "/mailings.csv": "viewers",
    "/mailings/": "viewers",
    "/mailings/<int:pk>/": "viewers",
    "/mailings/<int:pk>/cancel/": "operators",
    "/mailings/<int:pk>/delete/": "operators",
    "/mailings/<int:pk>/edit/": "operators",
    "/mailings/<int:pk>/failures.csv": "viewers",
    "/mailings/<int:pk>/live/": "viewers",
    "/mailings/<int:pk>/messages.csv": "viewers",
    "/mailings/<int:pk>/pause/": "operators",
    "/mailings/<int:pk>/resume/": "operators",
    "/mailings/live/": "viewers",
    "/mailings/new/": "operators",
    "/mailings/preview/": "operators",
    "/mailings/trials/": "operators",
    "/mailings/trials/<uuid:key>/": "operators",
    "/messages.csv": "viewers",
    "/messages/": "viewers",
    "/messages/<int:pk>/": "viewers",
    "/metrics/?": "metrics",
    "/openapi.json": "open",
    "/password_change/": "viewers",
    "/password_change/done/": "viewers",
    "/redoc": "open",
    "/redoc/": "open",
    "/search/": "viewers",
    "/settings/audit.csv": "administrators",
    "/settings/audit/": "administrators",
    "/settings/audit/<int:pk>/": "administrators",
    "/settings/gateways/": "viewers",
    "/settings/gateways/<int:pk>/": "administrators",
    "/settings/gateways/<int:pk>/delete/": "administrators",
    "/settings/gateways/<int:pk>/release/": "administrators",
    "/settings/gateways/<int:pk>/switch/": "administrators",
    "/settings/gateways/live/": "viewers",
    "/settings/gateways/new/": "administrators",
    "/settings/keys/": "administrators",
    "/settings/keys/<int:pk>/revoke/": "administrators",
    "/settings/people/": "administrators",
    "/settings/people/<int:pk>/": "administrators",
    "/settings/people/<int:pk>/second-factor/remove/": "administrators",
    "/settings/people/<int:pk>/unlock/": "administrators",
    "/settings/people/new/": "administrators",
}
API_QUESTIONS = {"/api/mailings/audience/"}
API_ADDRESSES = {
    "/api/",
    "/api/audit/",
    "/api/audit/<id:pk>/",
    "/api/clients/",
    "/api/clients/<id:pk>/",
    "/api/clients/import/",
    "/api/gateways/",
    "/api/gateways/<id:pk>/",
    "/api/mailings/",
    "/api/mailings/<id:pk>/",
    "/api/mailings/<id:pk>/cancel/",
    "/api/mailings/<id:pk>/info/",
    "/api/mailings/<id:pk>/pause/",
    "/api/mailings/<id:pk>/resume/",
    "/api/mailings/audience/",
    "/api/mailings/fullinfo/",
    "/api/messages/",
    "/api/messages/<id:pk>/",
}
