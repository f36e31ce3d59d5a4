"""Every address of the service, from the URL resolver, and who is to get in: one entry for each."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from notification_service.access.permissions import OF_ROLE, OF_SCOPE, ROLES
from notification_service.access.permissions import Permission as May

CALLERS = (
    "no key",
    "forged key",
    "expired key",
    "revoked key",
    "read key",
    "read and pii key",
    "send key",
    "write key",
    "admin key",
    "no role",
    "viewer",
    "operator",
    "administrator",
)
NOBODY, KEYLESS = ("login",) * 9, ("401",) * 4

# What each caller gets, in the order of CALLERS: "in", a redirect to the login, or a refusal. Everywhere else
# the table of permissions says it.
KINDS = {
    "open": ("in",) * 13,
    "person": (*NOBODY, *("in",) * 4),
    "metrics": (*KEYLESS, *("in",) * 5, *("401",) * 4),
    "after the password": ("login",) * 13,
    "provider": ("401",) * 13,  # with the receipt key of its gateway
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
    return ("GET", "POST", "PUT", "PATCH", "DELETE") if route.startswith("/api/v1/") else ("GET", "POST")


def needed(route: str, method: str) -> May | str:
    """The permission, or the kind of an address that needs none."""
    if not route.startswith("/api/v1/"):
        return DOORS[route]
    if (method, route) in API_EXCEPTIONS:
        return API_EXCEPTIONS[method, route]
    resource = next(needs for start, needs in API.items() if route.startswith(start))
    return resource[("GET", "POST", "PUT", "PATCH", "DELETE").index(method)]


def expected(route: str, method: str) -> dict[str, str]:
    need = needed(route, method)
    if not isinstance(need, May):
        return dict(zip(CALLERS, KINDS[need], strict=True))
    is_api = route.startswith("/api/v1/")
    keys = [
        *(OF_SCOPE["read"], OF_SCOPE["read"] | OF_SCOPE["pii"]),
        *(OF_SCOPE[scope] for scope in ("send", "write", "admin")),
    ]
    outcomes = [
        *(KEYLESS if is_api else NOBODY),
        *((_in(need in of) for of in keys) if is_api else ()),
        *(_in(need in of) for of in (frozenset(), *(OF_ROLE[role] for role in ROLES))),
    ]
    return dict(zip(CALLERS, outcomes, strict=True))


def _in(is_allowed: bool) -> str:
    return "in" if is_allowed else "403"


def permissions_table() -> str:
    """For the document: who has what."""
    holders = {f"{scope} key": of for scope, of in OF_SCOPE.items()} | {role: OF_ROLE[role] for role in ROLES}
    names = [f"{holder} |" for holder in holders]
    lines = [f"| permission | Django's | {' '.join(names)}", "|---" * (len(holders) + 2) + "|"]
    for permission in May:
        words = permission.name.lower().replace("_", " ")
        marks = " | ".join("yes" if permission in given else "" for given in holders.values())
        lines.append(f"| {words} | `{permission}` | {marks} |")
    return "\n".join(lines) + "\n"


DOORS: dict[str, May | str] = {
    "/": May.SEE_MAILINGS,
    "/account/confirm/": "person",
    "/account/confirm/code/": "after the password",
    "/account/second-factor/": "person",
    "/account/second-factor/codes/": "person",
    "/account/second-factor/codes/new/": "after the password",
    "/account/second-factor/off/": "person",
    "/account/second-factor/on/": "after the password",
    "/clients.csv": May.WHOLE_PHONES,
    "/clients/": May.SEE_CLIENTS,
    "/clients/<int:pk>/": May.SEE_CLIENTS,
    "/clients/<int:pk>/data.json": May.WHOLE_PHONES,
    "/clients/<int:pk>/delete/": May.DELETE_CLIENTS,
    "/clients/<int:pk>/edit/": May.CHANGE_CLIENTS,
    "/clients/bulk/": May.SEE_CLIENTS,
    "/clients/bulk/<int:pk>/": May.SEE_CLIENTS,
    "/clients/bulk/<int:pk>/cancel/": May.CHANGE_CLIENTS,
    "/clients/bulk/<int:pk>/live/": May.SEE_CLIENTS,
    "/clients/bulk/<int:pk>/undo/": May.CHANGE_CLIENTS,
    "/clients/bulk/new/": May.CHANGE_CLIENTS,
    "/clients/imports/": May.SEE_CLIENTS,
    "/clients/imports/<int:pk>/": May.SEE_CLIENTS,
    "/clients/imports/<int:pk>/cancel/": May.ADD_CLIENTS,
    "/clients/imports/<int:pk>/live/": May.SEE_CLIENTS,
    "/clients/imports/<int:pk>/rejected.csv": May.WHOLE_PHONES,
    "/clients/imports/<int:pk>/start/": May.ADD_CLIENTS,
    "/clients/imports/samples/": May.ADD_CLIENTS,
    "/clients/imports/upload/": May.ADD_CLIENTS,
    "/clients/filter/": May.ADD_MAILINGS,
    "/clients/new/": May.ADD_CLIENTS,
    "/consents/": May.SEE_CLIENTS,
    "/consents/<int:pk>/end/": May.DELETE_CLIENTS,
    "/consents/import/": May.ADD_CLIENTS,
    "/consents/new/": May.ADD_CLIENTS,
    "/docs": "open",
    "/docs/": "open",
    "/docs/getting-started/": "open",
    "/docs/problems/": "open",
    "/health/live/?": "open",
    "/health/ready/?": "open",
    "/i18n/setlang/": "open",
    "/live/": May.SEE_MAILINGS,
    "/login/": "open",
    "/login/code/": "person",
    "/login/oidc/": "open",
    "/login/oidc/callback/": "open",
    "/logout/": "open",
    "/mailings.csv": May.SEE_MAILINGS,
    "/mailings/": May.SEE_MAILINGS,
    "/mailings/<int:pk>/": May.SEE_MAILINGS,
    "/mailings/<int:pk>/cancel/": May.CHANGE_MAILINGS,
    "/mailings/<int:pk>/delete/": May.DELETE_MAILINGS,
    "/mailings/<int:pk>/edit/": May.CHANGE_MAILINGS,
    "/mailings/<int:pk>/failures.csv": May.SEE_MESSAGES,
    "/mailings/<int:pk>/live/": May.SEE_MAILINGS,
    "/mailings/<int:pk>/messages.csv": May.SEE_MESSAGES,
    "/mailings/<int:pk>/pause/": May.CHANGE_MAILINGS,
    "/mailings/<int:pk>/resume/": May.CHANGE_MAILINGS,
    "/mailings/filter/": May.ADD_MAILINGS,
    "/mailings/live/": May.SEE_MAILINGS,
    "/mailings/new/": May.ADD_MAILINGS,
    "/mailings/placeholders/": May.ADD_MAILINGS,
    "/mailings/preview/": May.ADD_MAILINGS,
    "/mailings/tags/": May.ADD_MAILINGS,
    "/mailings/templates/": May.SEE_MAILINGS,
    "/mailings/templates/<int:pk>/": May.CHANGE_MAILINGS,
    "/mailings/templates/<int:pk>/delete/": May.DELETE_MAILINGS,
    "/mailings/templates/new/": May.ADD_MAILINGS,
    "/mailings/test-sends/": May.ADD_MAILINGS,
    "/mailings/test-sends/<uuid:key>/": May.ADD_MAILINGS,
    "/messages.csv": May.SEE_MESSAGES,
    "/messages/": May.SEE_MESSAGES,
    "/messages/<int:pk>/": May.SEE_MESSAGES,
    "/messages/<int:pk>/proof/": May.SEE_MESSAGES,
    "/metrics/?": "metrics",
    "/openapi.json": "open",
    "/opt-outs/": May.SEE_CLIENTS,
    "/opt-outs/<int:pk>/end/": May.DELETE_CLIENTS,
    "/opt-outs/import/": May.ADD_CLIENTS,
    "/opt-outs/new/": May.ADD_CLIENTS,
    "/password_change/": "person",
    "/password_change/done/": "person",
    "/redoc": "open",
    "/redoc/": "open",
    "/search/": May.SEE_MAILINGS,
    "/replies/": May.SEE_INBOUND,
    "/segments/": May.SEE_MAILINGS,
    "/segments/<int:pk>/": May.CHANGE_MAILINGS,
    "/segments/<int:pk>/delete/": May.DELETE_MAILINGS,
    "/segments/count/": May.ADD_MAILINGS,
    "/segments/new/": May.ADD_MAILINGS,
    "/segments/save/": May.ADD_MAILINGS,
    "/settings/audit.csv": May.SEE_AUDIT,
    "/settings/audit/": May.SEE_AUDIT,
    "/settings/audit/<int:pk>/": May.SEE_AUDIT,
    "/settings/contact-hours/": May.CHANGE_CONTACT_HOURS,
    "/settings/gateways/": May.SEE_GATEWAYS,
    "/settings/gateways/<int:pk>/": May.CHANGE_GATEWAYS,
    "/settings/gateways/<int:pk>/delete/": May.DELETE_GATEWAYS,
    "/settings/gateways/<int:pk>/incidents/": May.SEE_GATEWAYS,
    "/settings/gateways/<int:pk>/receipt-key/": May.RECEIPT_KEYS,
    "/settings/gateways/<int:pk>/release/": May.CHANGE_GATEWAYS,
    "/settings/gateways/<int:pk>/switch/": May.CHANGE_GATEWAYS,
    "/settings/gateways/live/": May.SEE_GATEWAYS,
    "/settings/gateways/new/": May.ADD_GATEWAYS,
    "/settings/keys/": May.SEE_KEYS,
    "/settings/keys/<int:pk>/revoke/": May.CHANGE_KEYS,
    "/settings/people/": May.SEE_PEOPLE,
    "/settings/people/<int:pk>/": May.CHANGE_PEOPLE,
    "/settings/people/<int:pk>/second-factor/remove/": May.CHANGE_PEOPLE,
    "/settings/people/<int:pk>/unlock/": May.CHANGE_PEOPLE,
    "/settings/people/new/": May.ADD_PEOPLE,
    "/settings/webhooks/": May.SEE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/": May.SEE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/delete/": May.DELETE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/edit/": May.CHANGE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/live/": May.SEE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/redeliver/": May.CHANGE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/rotate/": May.CHANGE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/switch/": May.CHANGE_WEBHOOKS,
    "/settings/webhooks/<int:pk>/test/": May.CHANGE_WEBHOOKS,
    "/settings/webhooks/new/": May.ADD_WEBHOOKS,
}
READ_ONLY = (May.CHANGE_MAILINGS,) * 4  # who may change nothing here is not told that nobody may
CLIENTS = (
    *(May.SEE_CLIENTS, May.ADD_CLIENTS, May.CHANGE_CLIENTS, May.CHANGE_CLIENTS),
    May.DELETE_CLIENTS,
)
MAILINGS = (
    *(May.SEE_MAILINGS, May.ADD_MAILINGS, May.CHANGE_MAILINGS, May.CHANGE_MAILINGS),
    May.DELETE_MAILINGS,
)
GATEWAYS = (
    *(May.SEE_GATEWAYS, May.ADD_GATEWAYS, May.CHANGE_GATEWAYS, May.CHANGE_GATEWAYS),
    May.DELETE_GATEWAYS,
)
WEBHOOKS = (
    *(May.SEE_WEBHOOKS, May.ADD_WEBHOOKS, May.CHANGE_WEBHOOKS, May.CHANGE_WEBHOOKS),
    May.DELETE_WEBHOOKS,
)
# By the start of the address, for each method.
API: dict[str, tuple[May | str, ...]] = {
    "/api/v1/audit/": (May.SEE_AUDIT,) * 5,
    "/api/v1/clients/": CLIENTS,
    "/api/v1/contact-hours/": (May.SEE_CONTACT_HOURS, *(May.CHANGE_CONTACT_HOURS,) * 4),
    "/api/v1/gateways/<str:name>/": ("provider",) * 5,
    "/api/v1/gateways/": GATEWAYS,
    "/api/v1/imports/": (May.SEE_CLIENTS, *(May.ADD_CLIENTS,) * 4),
    "/api/v1/keys/": (May.SEE_KEYS, May.ADD_KEYS, *(May.CHANGE_KEYS,) * 3),
    "/api/v1/people/": (May.SEE_PEOPLE, May.ADD_PEOPLE, *(May.CHANGE_PEOPLE,) * 3),
    "/api/v1/inbound/": (May.SEE_INBOUND, *READ_ONLY),
    "/api/v1/mailings/<id:pk>/info/": (May.SEE_MAILINGS, *READ_ONLY),
    "/api/v1/mailings/<id:pk>/forecast/": (May.SEE_MAILINGS, *READ_ONLY),
    "/api/v1/mailings/<id:pk>/messages.": (May.SEE_MESSAGES, *READ_ONLY),
    "/api/v1/mailings/fullinfo/": (May.SEE_MAILINGS, *READ_ONLY),
    "/api/v1/mailings/": MAILINGS,
    "/api/v1/opt-outs/": CLIENTS,
    "/api/v1/consents/": CLIENTS,
    "/api/v1/messages/": (May.SEE_MESSAGES, *READ_ONLY),
    "/api/v1/segments/": MAILINGS,
    "/api/v1/templates/": MAILINGS,
    "/api/v1/webhooks/": WEBHOOKS,
    "/api/v1/": (May.SEE_MAILINGS, *READ_ONLY),
}
API_EXCEPTIONS = {
    ("GET", "/api/v1/clients/<id:pk>/export/"): May.WHOLE_PHONES,
    ("GET", "/api/v1/imports/<id:pk>/preview/"): May.WHOLE_PHONES,
    ("GET", "/api/v1/imports/<id:pk>/rejected/"): May.WHOLE_PHONES,
    ("GET", "/api/v1/imports/<id:pk>/rejected.csv"): May.WHOLE_PHONES,
    ("POST", "/api/v1/keys/<id:pk>/revoke/"): May.CHANGE_KEYS,
    ("POST", "/api/v1/people/<id:pk>/unlock/"): May.CHANGE_PEOPLE,
    ("POST", "/api/v1/people/<id:pk>/remove-second-factor/"): May.CHANGE_PEOPLE,
    ("POST", "/api/v1/clients/bulk-actions/"): May.CHANGE_CLIENTS,
    ("POST", "/api/v1/clients/bulk-actions/<id:pk>/cancel/"): May.CHANGE_CLIENTS,
    ("POST", "/api/v1/clients/bulk-actions/<id:pk>/undo/"): May.CHANGE_CLIENTS,
    ("GET", "/api/v1/gateways/<id:pk>/receipt-key/"): May.RECEIPT_KEYS,
    ("POST", "/api/v1/gateways/<id:pk>/receipt-key/"): May.RECEIPT_KEYS,
    ("POST", "/api/v1/mailings/audience/"): May.SEE_MAILINGS,
    ("POST", "/api/v1/mailings/forecast/"): May.SEE_MAILINGS,
    ("POST", "/api/v1/mailings/preview/"): May.SEE_MAILINGS,
    ("GET", "/api/v1/mailings/test/<id:pk>/"): May.ADD_MAILINGS,
    **{("POST", f"/api/v1/messages/{rest}"): May.ADD_MESSAGES for rest in ("", "<id:pk>/", "<id:pk>/proof/")},
    **{
        ("POST", f"/api/v1/mailings/<id:pk>/{action}/"): May.CHANGE_MAILINGS
        for action in ("pause", "resume", "cancel")
    },
    **{
        ("POST", f"/api/v1/webhooks/<id:pk>/{action}/"): May.CHANGE_WEBHOOKS
        for action in ("redeliver", "rotate-secret", "test")
    },
}
API_ADDRESSES = {
    "/api/v1/clients/<id:pk>/export/",
    "/api/v1/clients/bulk-actions/",
    "/api/v1/clients/bulk-actions/<id:pk>/",
    "/api/v1/clients/bulk-actions/<id:pk>/cancel/",
    "/api/v1/clients/bulk-actions/<id:pk>/undo/",
    "/api/v1/messages/<id:pk>/proof/",
    "/api/v1/",
    "/api/v1/audit/",
    "/api/v1/audit/<id:pk>/",
    "/api/v1/clients/",
    "/api/v1/clients/<id:pk>/",
    "/api/v1/clients/by-phone/<str:phone>/",
    "/api/v1/clients/attributes/",
    "/api/v1/clients/import/",
    "/api/v1/contact-hours/",
    "/api/v1/gateways/",
    "/api/v1/gateways/<id:pk>/",
    "/api/v1/imports/",
    "/api/v1/imports/<id:pk>/",
    "/api/v1/imports/<id:pk>/cancel/",
    "/api/v1/imports/<id:pk>/preview/",
    "/api/v1/imports/<id:pk>/rejected/",
    "/api/v1/imports/<id:pk>/rejected.csv",
    "/api/v1/imports/<id:pk>/start/",
    "/api/v1/keys/",
    "/api/v1/keys/<id:pk>/",
    "/api/v1/keys/<id:pk>/revoke/",
    "/api/v1/people/",
    "/api/v1/people/<id:pk>/",
    "/api/v1/people/<id:pk>/remove-second-factor/",
    "/api/v1/people/<id:pk>/unlock/",
    "/api/v1/gateways/<id:pk>/receipt-key/",
    "/api/v1/gateways/<str:name>/inbound/",
    "/api/v1/gateways/<str:name>/inbound/<str:key>/",
    "/api/v1/gateways/<str:name>/receipts/",
    "/api/v1/gateways/<str:name>/receipts/<str:key>/",
    "/api/v1/inbound/",
    "/api/v1/inbound/<id:pk>/",
    "/api/v1/mailings/",
    "/api/v1/mailings/<id:pk>/",
    "/api/v1/mailings/<id:pk>/cancel/",
    "/api/v1/mailings/<id:pk>/forecast/",
    "/api/v1/mailings/<id:pk>/info/",
    "/api/v1/mailings/<id:pk>/messages.csv",
    "/api/v1/mailings/<id:pk>/messages.ndjson",
    "/api/v1/mailings/<id:pk>/pause/",
    "/api/v1/mailings/<id:pk>/resume/",
    "/api/v1/mailings/audience/",
    "/api/v1/mailings/forecast/",
    "/api/v1/mailings/fullinfo/",
    "/api/v1/mailings/preview/",
    "/api/v1/mailings/test/",
    "/api/v1/mailings/test/<id:pk>/",
    "/api/v1/templates/",
    "/api/v1/templates/<id:pk>/",
    "/api/v1/templates/<id:pk>/versions/",
    "/api/v1/messages/",
    "/api/v1/messages/<id:pk>/",
    "/api/v1/segments/",
    "/api/v1/segments/<id:pk>/",
    "/api/v1/opt-outs/",
    "/api/v1/opt-outs/<id:pk>/",
    "/api/v1/opt-outs/import/",
    "/api/v1/consents/",
    "/api/v1/consents/<id:pk>/",
    "/api/v1/consents/import/",
    "/api/v1/webhooks/",
    "/api/v1/webhooks/<id:pk>/",
    "/api/v1/webhooks/<id:pk>/deliveries/",
    "/api/v1/webhooks/<id:pk>/redeliver/",
    "/api/v1/webhooks/<id:pk>/rotate-secret/",
    "/api/v1/webhooks/<id:pk>/test/",
}
