"""What every kind of gateway is, and what it is made from."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Any, Protocol

from notification_service.delivery.outcome import MayStart, NoResponse, Response, Verdict, always
from notification_service.delivery.wire import Dialer, Proxy, Target, Wire, WireSettings


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """A gateway's address and limits. Its kind decides what `url` and `token` mean."""

    url: str
    token: str = field(repr=False)
    connect_timeout_seconds: float = 3
    request_timeout_seconds: float = 10  # in all, from connecting to the last byte of the response
    proxy: str = field(default="", repr=False)  # http://user:password@host:port, for its requests
    is_allowed: Callable[[IPv4Address | IPv6Address], bool] | None = None  # which addresses it may have
    ca: str = ""  # certificates to trust instead of the system's, PEM
    certificate: str = ""  # ours, PEM
    key: str = field(default="", repr=False)  # its key, PEM
    config: Mapping[str, Any] | None = None  # of the kind `http`: all that it says and understands


class GatewayAdapter(Protocol):
    """For each provider there is a class with these methods, made from its settings."""

    names_messages: bool  # whether it responds with an id of its own
    is_named_in_receipts: bool  # whether its receipts have that id alone

    async def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Response | NoResponse:
        """Request that one message be sent. Never raises because of the wire or the gateway.

        `traceparent`, if not empty, is a header of the request. If connecting took time, `may_start` is
        called again: if it returns False, no request is made, and the result is TOO_LATE.
        """
        ...

    def judge(self, response: Response) -> Verdict:
        """Return what a response means to this kind of gateway. Pure: equal responses mean the same."""
        ...

    def provider_id(self, response: Response) -> str:
        """Return the provider's own id of a message that it took; empty if it gives none."""
        ...

    async def close(self) -> None: ...


def build_wire(settings: GatewaySettings, *, headers: Mapping[str, str], method: str = "POST") -> Wire:
    """Raises ValueError, without the value, for what cannot be in a request; OSError for TLS."""
    target = Target.from_url(settings.url)
    return Wire(target, _wire_settings(settings), headers=headers, method=method)


async def reach(settings: GatewaySettings) -> None:
    """Connect to a gateway, TLS included, and ask nothing. Raises as `build_wire`, and NotConnected."""
    dialer = Dialer(Target.from_url(settings.url), _wire_settings(settings))
    try:
        until = asyncio.get_running_loop().time() + settings.connect_timeout_seconds
        (await dialer.connect(deadline=until)).close()
    finally:
        dialer.close()


def _wire_settings(settings: GatewaySettings) -> WireSettings:
    return WireSettings(
        connect_timeout_seconds=settings.connect_timeout_seconds,
        request_timeout_seconds=settings.request_timeout_seconds,
        proxy=Proxy.from_url(settings.proxy) if settings.proxy else None,
        ca=settings.ca,
        certificate=settings.certificate,
        key=settings.key,
        is_allowed=settings.is_allowed,
    )
