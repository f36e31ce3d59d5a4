"""Where a gateway is reached, and with what token."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from django.conf import settings

from notification_service.mailings.gateways.address import check_url
from notification_service.mailings.gateways.tokens import decrypt_token, token_from_environment
from notification_service.mailings.gateways.unusable import GatewayUnusable
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: str
    token: str = field(repr=False)  # empty: the gateway asks for none


def endpoint(gateway: Gateway) -> Endpoint:
    """Raises GatewayUnusable. Resolves the URL's name: it may take seconds."""
    if not gateway.url:
        return _of_environment(gateway)
    check_url(gateway.url)
    return Endpoint(_effective(gateway), _token(gateway))


def shown_url(gateway: Gateway) -> str:
    """The effective URL, without what the environment's may have of secrets."""
    parts = urlsplit(_effective(gateway))
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _of_environment(gateway: Gateway) -> Endpoint:
    if gateway.name != MAIN:
        raise GatewayUnusable("it has no URL")
    if not settings.GATEWAY_URL:
        raise GatewayUnusable("GATEWAY_URL is not set for this process")
    return Endpoint(settings.GATEWAY_URL, settings.GATEWAY_TOKEN)


def _effective(gateway: Gateway) -> str:
    if gateway.url:
        return gateway.url.rstrip("/") if gateway.kind == Gateway.Kind.PROBE_SERVER else gateway.url
    return str(settings.GATEWAY_URL) if gateway.name == MAIN else ""


def _token(gateway: Gateway) -> str:
    if gateway.token_variable:
        return token_from_environment(gateway.token_variable)
    return decrypt_token(gateway.token_encrypted) if gateway.token_encrypted else ""
