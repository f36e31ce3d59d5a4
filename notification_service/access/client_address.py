"""Who is really calling, where reverse proxies of ours stand in between."""

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# What one IPv6 subscriber is given at least: an address of his own for every attempt would be no lock.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str | None:
    """The caller's IP address; None where the server was called by a Unix socket.

    X-Forwarded-For is believed as far as TRUSTED_PROXIES proxies wrote it: each appends the address that
    called it, so the caller's is that many from the right. What stands left of it anybody can write.
    """
    address = _address(_forwarded(request)) or _address(request.META.get("REMOTE_ADDR", ""))
    return str(address) if address else None


def client_network(request: HttpRequest) -> str | None:
    """The caller's address, or the start of its network: what attempts are counted by."""
    address = _address(client_address(request) or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_PREFIX), strict=False).network_address)
    return str(address) if address else None


def _forwarded(request: HttpRequest) -> str:
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count: int = settings.TRUSTED_PROXIES
    return hops[-count] if 0 < count <= len(hops) else ""


def _address(text: str) -> IPv4Address | IPv6Address | None:
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:  # some proxies add the port
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
