"""Where a gateway is reached, and with what token."""

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from notification_service.mailings.gateways.address import Address, allowed_at, check_form
from notification_service.mailings.gateways.tokens import decrypt_token, token_from_environment
from notification_service.mailings.gateways.unusable import GatewayUnusable, Problem
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    token: str = field(repr=False)  # empty: the gateway asks for none
    proxy: str = field(default="", repr=False)  # empty: none
    is_allowed: Callable[[Address], bool] | None = None  # whether an address of its may be asked; None: any


def endpoint(gateway: Gateway) -> Endpoint:
    """Raises GatewayUnusable. Asks nobody for the URL's name."""
    if not gateway.url:
        return _of_environment(gateway)
    check_form(gateway.url)
    url = _effective(gateway)
    return Endpoint(url, _token(gateway), settings.GATEWAY_PROXY, allowed_at(gateway.url))


def shown_url(gateway: Gateway) -> str:
    """The effective URL, without what the environment's may have of secrets."""
    parts = urlsplit(_effective(gateway))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _of_environment(gateway: Gateway) -> Endpoint:
    if gateway.name != MAIN:
        raise GatewayUnusable(Problem.URL_MISSING, "it has no URL")
    if not settings.GATEWAY_URL:
        raise GatewayUnusable(Problem.URL_MISSING, "GATEWAY_URL is not set for this process")
    return Endpoint(settings.GATEWAY_URL, settings.GATEWAY_TOKEN, settings.GATEWAY_PROXY)


def _effective(gateway: Gateway) -> str:
    if gateway.url:
        return gateway.url.rstrip("/") if gateway.kind == Gateway.Kind.PROBE_SERVER else gateway.url
    return str(settings.GATEWAY_URL) if gateway.name == MAIN else ""


def _token(gateway: Gateway) -> str:
    if gateway.token_variable:
        return token_from_environment(gateway.token_variable)
    return decrypt_token(gateway.token_encrypted) if gateway.token_encrypted else ""
