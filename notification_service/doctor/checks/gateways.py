"""Each gateway: whether it is usable as it is, can be reached from here, and let us in the last time."""

import asyncio
from collections.abc import Iterator
from typing import Any

from django.conf import settings

from notification_service.delivery.config import DeliveryConfig
from notification_service.delivery.gateway_list import list_gateway
from notification_service.delivery.gateways import GatewaySettings, reach
from notification_service.delivery.wire import NotConnected
from notification_service.doctor.finding import Finding, ok, problem, warning
from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.models import Gateway

SUBJECT = "gateways"


def check() -> Iterator[Finding]:
    gateways = list(Gateway.objects.filter(enabled=True).order_by("priority", "id"))
    if not gateways:
        yield problem(SUBJECT, "none is enabled: nothing is sent", "Enable one: `gateway set main --enable`.")
    for gateway in gateways:
        yield _examined(gateway)


def _examined(gateway: Gateway) -> Finding:
    try:
        knobs: dict[str, Any] = settings.DELIVERY
        listed = list_gateway(gateway, DeliveryConfig(**knobs))
        reason = _unreached(listed.settings)
    except (GatewayUnusable, ValueError, OSError) as error:
        return problem(
            SUBJECT, f"{gateway.name} cannot be used: {error}", f"Mend it: `gateway set {gateway.name}`."
        )
    if reason is not None:
        advice = "Try it from this machine; see GATEWAY_PROXY, GATEWAY_URL and the firewall."
        return problem(SUBJECT, f"{gateway.name} is not reached: {reason}", advice)
    if gateway.held_at:
        advice = f"When the cause is gone: `gateway release {gateway.name}`. 401 and 403 mean a wrong token."
        return warning(
            SUBJECT, f"{gateway.name} is not responding, sending is paused: {gateway.held_why}", advice
        )
    return ok(SUBJECT, f"{gateway.name} is reached")


def _unreached(address: GatewaySettings) -> str | None:
    """A connection is opened, with TLS, but no request is made."""
    try:
        asyncio.run(reach(address))
    except NotConnected as error:
        return str(error)
    return None
