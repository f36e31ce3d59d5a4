"""The kinds of gateway. To add one, add a file, and a line below."""

from collections.abc import Callable, Mapping

from notification_service.delivery.gateways.base import GatewayAdapter, GatewaySettings, reach
from notification_service.delivery.gateways.concealer import Concealer
from notification_service.delivery.gateways.form_sms import FormSmsGateway
from notification_service.delivery.gateways.http import HttpGateway, show_request
from notification_service.delivery.gateways.probe_server import ProbeServerGateway
from notification_service.mailings.gateways.http import read_config

__all__ = [
    "KINDS",
    "Concealer",
    "GatewayAdapter",
    "GatewaySettings",
    "check_settings",
    "make_gateway",
    "reach",
    "shown_request",
]

# By the kind that a gateway's row names.
KINDS: Mapping[str, Callable[[GatewaySettings], GatewayAdapter]] = {
    "probe_server": ProbeServerGateway,
    "form_sms": FormSmsGateway,
    "http": HttpGateway,
}


def make_gateway(kind: str, settings: GatewaySettings) -> GatewayAdapter:
    """Opens no connection yet. Raises KeyError for an unknown kind, and what `check_settings` raises."""
    return KINDS[kind](settings)


def shown_request(kind: str, settings: GatewaySettings, *, message_id: int, phone: str, text: str) -> str:
    """Return a request as a person may see it, without the secret; empty for a kind with no settings."""
    if kind != "http":
        return ""
    config = read_config(settings.config)
    return show_request(config, message_id=message_id, phone=phone, text=text)


def check_settings(kind: str, settings: GatewaySettings) -> None:
    """Raises GatewayUnusable, ValueError or OSError if no gateway of the kind can be made from them."""
    make_gateway(kind, settings)
