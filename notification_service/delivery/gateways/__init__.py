"""The kinds of gateway, the only modules that open a socket to one. Another is a file, and a line below."""

from collections.abc import Callable, Mapping

from notification_service.delivery.gateways.base import Gateway, GatewaySettings
from notification_service.delivery.gateways.form_sms import FormSmsGateway
from notification_service.delivery.gateways.probe_server import ProbeServerGateway

__all__ = ["KINDS", "Gateway", "GatewaySettings", "check_settings", "make_gateway"]

# By the kind a gateway's row names.
KINDS: Mapping[str, Callable[[GatewaySettings], Gateway]] = {
    "probe_server": ProbeServerGateway,
    "form_sms": FormSmsGateway,
}


def make_gateway(kind: str, settings: GatewaySettings) -> Gateway:
    """Opens no connection yet. Raises KeyError for an unknown kind, else as `check_settings`."""
    return KINDS[kind](settings)


def check_settings(kind: str, settings: GatewaySettings) -> None:
    """Raises ValueError or OSError where no gateway of the kind can be made from them."""
    make_gateway(kind, settings)
