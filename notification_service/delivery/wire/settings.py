"""How a gateway's wire is to be: time limits, TLS, a proxy, and which addresses may be asked."""

import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address
from urllib.parse import unquote, urlsplit

from notification_service.delivery.outcome import MAX_RESPONSE_BYTES

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Proxy:
    """A forward proxy; it resolves the gateway's name, and sees what goes there without TLS."""

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
    max_body_bytes: int = MAX_RESPONSE_BYTES + 1  # of a longer body no more is read
    proxy: Proxy | None = None
    ca_file: str = ""  # certificates to trust in place of the system's, PEM
    client_certificate_file: str = ""  # our own, and its key, PEM
    is_allowed: Callable[[Address], bool] | None = None  # whether an address may be connected to


def tls_context(settings: WireSettings) -> ssl.SSLContext:
    """Certificates and names are verified, always. Raises OSError for files that cannot be read."""
    context = ssl.create_default_context(cafile=settings.ca_file or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if settings.client_certificate_file:
        context.load_cert_chain(settings.client_certificate_file)
    return context
