"""Settings of the wire to a gateway: time limits, TLS, a proxy, and which addresses are allowed."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote, urlsplit

from notification_service.delivery.outcome import MAX_RESPONSE_BYTES

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxy:
    """A forward proxy. It resolves the gateway's name, and sees what goes there without TLS."""

    host: str
    port: int
    authorization: bytes = field(default=b"", repr=False)  # the value of Proxy-Authorization

    @classmethod
    def from_url(cls, url: str) -> "Proxy":
        """Of `http://user:password@host:port`. Raises ValueError, without the URL."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname:
            raise ValueError("a proxy is http://host:port")
        credentials = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}".encode()
        authorization = b"Basic " + b64encode(credentials) if parts.username else b""
        return cls(parts.hostname, parts.port or 80, authorization)


@dataclass(frozen=True, slots=True)
class WireSettings:
    connect_timeout_seconds: float = 3  # for the name, the connection, the proxy and TLS together
    request_timeout_seconds: float = 10  # in all, from connecting to the last byte of the response
    max_body_bytes: int = MAX_RESPONSE_BYTES + 1  # of a longer body, no more is read
    proxy: Proxy | None = None
    ca: str = ""  # certificates to trust instead of the system's, PEM
    certificate: str = ""  # ours, PEM
    key: str = field(default="", repr=False)  # its key, PEM
    is_allowed: Callable[[Address], bool] | None = None  # whether an address may be connected to
