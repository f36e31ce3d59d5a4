"""What every kind of gateway is, and what it is made from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from typing import Protocol

from notification_service.delivery.outcome import MayStart, NoResponse, Response, Verdict, always
from notification_service.delivery.wire import Proxy, Target, Wire, WireSettings


@dataclass(frozen=True, slots=True)
class GatewaySettings:
    """Where a gateway is and how it may be asked; what `url` and `token` mean is its kind's to say."""

    url: str
    token: str = field(repr=False)
    connect_timeout_seconds: float = 3
    request_timeout_seconds: float = 10  # in all, from connecting to the last byte of the response
    proxy: str = field(default="", repr=False)  # http://user:password@host:port; its requests go through it
    is_allowed: Callable[[IPv4Address | IPv6Address], bool] | None = None  # which addresses it may have


class Gateway(Protocol):
    """Another provider is another class with these three methods, made from its settings."""

    async def send(
        self,
        *,
        message_id: int,
        phone: str,
        text: str,
        traceparent: str = "",
        may_start: MayStart = always,
    ) -> Response | NoResponse:
        """Ask for one message to be sent. Raises nothing for what the wire or the gateway does.

        `traceparent` is a header of the request, where it is not empty. `may_start` is asked again once there
        is a connection, where it took its time: if not, no request is made, and the result is TOO_LATE.
        """
        ...

    def judge(self, response: Response) -> Verdict:
        """What a response means to this kind of gateway. Pure; the same response means the same always."""
        ...

    async def close(self) -> None: ...


def build_wire(settings: GatewaySettings, *, headers: Mapping[str, str]) -> Wire:
    """Raises ValueError, without its value, for what no request can carry; OSError for TLS files."""
    wire = WireSettings(
        connect_timeout_seconds=settings.connect_timeout_seconds,
        request_timeout_seconds=settings.request_timeout_seconds,
        proxy=Proxy.from_url(settings.proxy) if settings.proxy else None,
        is_allowed=settings.is_allowed,
    )
    return Wire(Target.from_url(settings.url), wire, headers=headers)
