"""Which addresses a gateway may have. A form must not become a way into the private network."""

import re
import socket
from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings

from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable

URL_LENGTH = 500
# Nothing that two parsers may read differently: no credentials, no escapes in the host, no backslash.
URL = re.compile(
    r"https?://(?P<host>[a-z0-9._-]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?(?:/[\w.~!$&'()*+,;=:@%/-]*)?",
    re.IGNORECASE | re.ASCII,
)
NUMERIC_HOST = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)\.?", re.IGNORECASE)
NAT64 = IPv6Network("64:ff9b::/96")  # an IPv4 address in its last 32 bits
CLOUD_METADATA = IPv4Address("168.63.129.16")  # Azure's; the others' are in private ranges

Address = IPv4Address | IPv6Address


def check_url(url: str) -> None:
    """Raise GatewayUnusable unless requests may go to `url`. Resolves its name, so it may take seconds.

    For saving a row. A worker checks each address again when it connects to it (`allowed_at`).
    """
    host, port = check_form(url)
    if allowed_at(url) is None:
        return
    for address in _addresses(host, port):
        _check_public(host, address)


def allowed_at(url: str) -> Callable[[Address], bool] | None:
    """Return a function that says whether requests to `url` may go to an address; None: to any."""
    is_anywhere = settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES or url == settings.GATEWAY_URL
    return None if is_anywhere else is_public


def is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour
        if address in NAT64:
            inner = IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
        if address.is_site_local:
            return False
    unusual = address.is_multicast or address.is_reserved or address == CLOUD_METADATA
    return address.is_global and not unusual


def check_form(url: str) -> tuple[str, int]:
    """Return host and port, without a look-up. Raises GatewayUnusable if it cannot be a gateway's URL."""
    found = URL.fullmatch(url)
    if found is None or len(url) > URL_LENGTH:
        raise GatewayUnusable(
            GatewayFault.URL_MALFORMED,
            "the URL must be http:// or https://, a host, and perhaps a port and a path: "
            f"no credentials, no query, no more than {URL_LENGTH} characters",
        )
    host, port = found["host"].strip("[]"), int(found["port"] or 443)
    if not 0 < port < 65536:
        raise GatewayUnusable(GatewayFault.PORT_OUT_OF_RANGE, "the URL's port must be 1 to 65535")
    if (":" in host or NUMERIC_HOST.fullmatch(host)) and not _is_address(host):
        detail = f"{host} is not an address: write IPv4 as four decimal numbers"
        raise GatewayUnusable(GatewayFault.NOT_AN_ADDRESS, detail)
    if _is_address(host) and allowed_at(url):
        _check_public(host, ip_address(host))
    return host, port


def _check_public(host: str, address: Address) -> None:
    if not is_public(address):
        raise GatewayUnusable(
            GatewayFault.PRIVATE_ADDRESS,
            f"{host} is a private address ({address}); GATEWAY_ALLOW_PRIVATE_ADDRESSES=true allows it",
        )


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _addresses(host: str, port: int) -> list[Address]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise GatewayUnusable(GatewayFault.NAME_NOT_RESOLVED, f"the name {host} is not resolved") from None
    return [ip_address(str(address[0]).partition("%")[0]) for *_, address in found]
