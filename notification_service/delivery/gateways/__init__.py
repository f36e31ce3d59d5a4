"""The kinds of gateway, the only modules that open a socket to one. Another is a file, and a line below."""

from collections.abc import Callable, Mapping

from notification_service.delivery.gateways.base import Gateway, GatewaySettings
from notification_service.delivery.gateways.form_sms import FormSmsGateway
from notification_service.delivery.gateways.probe_server import ProbeServerGateway

__all__ = ["KINDS", "Gateway", "GatewaySettings", "make_gateway"]

# By the kind a gateway's row names.
KINDS: Mapping[str, Callable[[GatewaySettings], Gateway]] = {
    "probe_server": ProbeServerGateway,
    "form_sms": FormSmsGateway,
}


def make_gateway(kind: str, settings: GatewaySettings) -> Gateway:
    """Opens no connection yet. Raises KeyError for a kind this version does not know."""
    return KINDS[kind](settings)
