"""A gateway's address and token."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from notification_service.mailings.gateways.address import Address, allowed_at, check_form
from notification_service.mailings.gateways.tokens import decrypt_key, decrypt_token, token_from_environment
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    token: str = field(repr=False)  # empty: the gateway asks for none
    proxy: str = field(default="", repr=False)  # empty: none
    is_allowed: Callable[[Address], bool] | None = None  # whether an address may be used; None: any
    ca: str = ""  # PEM, as the two below; empty: the system's
    certificate: str = ""
    key: str = field(default="", repr=False)
    config: dict[str, Any] | None = None  # of the kind `http`


def endpoint(gateway: Gateway) -> Endpoint:
    """Raises GatewayUnusable. Does not look up the URL's name."""
    key = decrypt_key(gateway.tls_key_encrypted) if gateway.tls_key_encrypted else ""
    of_row = _of_row(gateway) if gateway.url else _of_environment(gateway)
    return replace(of_row, ca=gateway.tls_ca, certificate=gateway.tls_certificate, key=key)


def shown_url(gateway: Gateway) -> str:
    """Return the effective URL, without secrets that the environment's may contain."""
    parts = urlsplit(_effective(gateway))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _of_row(gateway: Gateway) -> Endpoint:
    check_form(gateway.url)
    proxy, is_allowed = settings.GATEWAY_PROXY, allowed_at(gateway.url)
    return Endpoint(_effective(gateway), _token(gateway), proxy, is_allowed, config=gateway.config)


def _of_environment(gateway: Gateway) -> Endpoint:
    if gateway.name != MAIN:
        raise GatewayUnusable(GatewayFault.URL_MISSING, "it has no URL")
    if not settings.GATEWAY_URL:
        raise GatewayUnusable(GatewayFault.URL_MISSING, "GATEWAY_URL is not set for this process")
    return Endpoint(settings.GATEWAY_URL, settings.GATEWAY_TOKEN, settings.GATEWAY_PROXY)


def _effective(gateway: Gateway) -> str:
    if gateway.url:
        return gateway.url.rstrip("/") if gateway.kind == Gateway.Kind.PROBE_SERVER else gateway.url
    return str(settings.GATEWAY_URL) if gateway.name == MAIN else ""


def _token(gateway: Gateway) -> str:
    if gateway.token_variable:
        return token_from_environment(gateway.token_variable)
    return decrypt_token(gateway.token_encrypted) if gateway.token_encrypted else ""
