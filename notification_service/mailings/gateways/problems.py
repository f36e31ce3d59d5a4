"""What a gateway's values may be: every problem of a change, one a field. Nothing is written here."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from notification_service.mailings.gateways.address import check_url
from notification_service.mailings.gateways.http.requests import origin_of
from notification_service.mailings.gateways.http_problems import http_problems
from notification_service.mailings.gateways.invalid import InvalidGateway, one_a_place
from notification_service.mailings.gateways.tls_problems import tls_problems
from notification_service.mailings.gateways.tokens import HEADER_SAFE, VARIABLE
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
TOKEN_LENGTH = 4096
MOST_SECONDS = 300
MOST_CONCURRENCY = 100_000
MOST_PER_SECOND = 1_000_000
POSITIVE = {
    "connect_timeout_seconds": MOST_SECONDS,
    "request_timeout_seconds": MOST_SECONDS,
    "max_requests_per_second": MOST_PER_SECOND,
    "max_concurrency": MOST_CONCURRENCY,
}
TOKENS = {"token", "token_variable"}
STORED = {"token": "token_encrypted", "tls_key": "tls_key_encrypted"}  # secrets, and where they are kept
OF_ENVIRONMENT = {
    "name",
    "kind",
    "url",
    "config",
    "token",
    "token_variable",
}  # of `main`: not for anyone to change
OF_MAIN = "the gateway `main` has it from the environment"


class GatewayNameTaken(InvalidGateway):
    """By `existing`, unless that has gone meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__("name", GatewayFault.NAME_TAKEN, "another gateway has this name")
        self.existing = Gateway.objects.filter(name=name).first()


def gateway_problems(gateway: Gateway | None, **changes: Any) -> list[InvalidGateway]:
    """All that `save_gateway` would refuse in these changes, one problem a place; nothing is saved."""
    row = gateway or Gateway()
    changes = with_url(row, changes)
    differing = {name: value for name, value in changes.items() if differs(row, name, value)}
    return one_a_place([*url_problems(row, changes), *problems_of(row, differing)])


def with_url(gateway: Gateway, changes: dict[str, Any]) -> dict[str, Any]:
    """Add what follows from the rest: of kind `http` the URL is in the settings, which no other kind has."""
    if changes.get("kind", gateway.kind) != Gateway.Kind.HTTP:
        return changes | ({"config": None} if gateway.config is not None and "config" not in changes else {})
    if not changes.get("url") and (origin := origin_of(changes.get("config"))):
        return changes | {"url": origin}
    return changes


def differs(gateway: Gateway, name: str, value: Any) -> bool:
    if name in STORED:
        return bool(value) or getattr(gateway, STORED[name]) is not None
    return bool(getattr(gateway, name) != value)


def problems_of(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    if gateway.name == MAIN:
        for field in sorted(changes.keys() & OF_ENVIRONMENT):
            yield InvalidGateway(field, GatewayFault.OF_ENVIRONMENT, OF_MAIN)
    kind = changes.get("kind", gateway.kind)
    if gateway.pk is None and not changes.get("url") and kind != Gateway.Kind.HTTP:
        yield InvalidGateway("url", GatewayFault.URL_MISSING, "a gateway needs a URL")
    if kind not in Gateway.Kind.values:
        detail = f"must be one of {', '.join(Gateway.Kind.values)}"
        yield InvalidGateway("kind", GatewayFault.KIND_UNKNOWN, detail)
    yield from _number_problems(changes)
    yield from _token_problems(changes)
    yield from http_problems(gateway, changes)
    yield from tls_problems(gateway, changes)
    yield from _move_problems(gateway, changes)
    yield from _name_problems(gateway, changes)


def _name_problems(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    """Checked last: a program gets another response if the name is taken and nothing else is wrong."""
    name = changes.get("name", gateway.name)
    if not NAME.fullmatch(name):
        detail = "must be lowercase letters a to z, digits, _ and -, 64 at most"
        yield InvalidGateway("name", GatewayFault.NAME_MALFORMED, detail)
    elif "name" in changes and Gateway.objects.filter(name=name).exclude(pk=gateway.pk).exists():
        yield GatewayNameTaken(name)


def _number_problems(changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    for name, most in POSITIVE.items():
        if (value := changes.get(name)) is not None and not 0 < value <= most:
            detail = f"must be more than 0 and at most {most}"
            yield InvalidGateway(name, GatewayFault.OUT_OF_RANGE, detail)
    if not -(2**15) <= changes.get("priority", 0) < 2**15:
        yield InvalidGateway("priority", GatewayFault.OUT_OF_RANGE, "must be between -32768 and 32767")


def _move_problems(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    """A token belongs to one server. Another gets it only from somebody who enters it again."""
    has_token = gateway.token_encrypted or gateway.token_variable
    if gateway.pk is None or not has_token or "url" not in changes or changes.keys() & TOKENS:
        return
    if _origin(changes["url"]) != _origin(gateway.url):
        detail = "the address is another server's: enter the token again"
        yield InvalidGateway("token", GatewayFault.TOKEN_OF_ANOTHER_SERVER, detail)


def _origin(url: str) -> tuple[str, str]:
    scheme, _, rest = url.lower().partition("://")
    return scheme, rest.partition("/")[0]


def _token_problems(changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    token, variable = changes.get("token"), changes.get("token_variable")
    if token and variable:
        yield InvalidGateway(
            "token_variable", GatewayFault.TOKEN_TWICE, "give a token or a variable, not both"
        )
    if variable and not VARIABLE.fullmatch(variable):
        detail = "must begin with GATEWAY_TOKEN: capitals, digits and _"
        yield InvalidGateway("token_variable", GatewayFault.VARIABLE_MALFORMED, detail)
    if token and (len(token) > TOKEN_LENGTH or not HEADER_SAFE.fullmatch(token)):
        yield InvalidGateway("token", GatewayFault.TOKEN_MALFORMED, "must be printable ASCII without spaces")
    if token and settings.SECRET_KEY_IS_TEMPORARY:
        detail = "SECRET_KEY is not set: no worker could read the token"
        yield InvalidGateway("token", GatewayFault.SECRET_KEY_MISSING, detail)


def url_problems(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    """Asks the resolver, so it may take seconds."""
    url = changes.get("url")
    if url is None or url == gateway.url or gateway.name == MAIN:
        return
    try:
        check_url(url)
    except GatewayUnusable as error:
        is_of_config = changes.get("kind", gateway.kind) == Gateway.Kind.HTTP
        field, place = ("config", ("url",)) if is_of_config else ("url", ())
        yield InvalidGateway(field, error.problem, error.reason, place)
