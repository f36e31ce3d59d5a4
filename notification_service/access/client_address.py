"""Who is really calling when our own reverse proxies stand in between."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

# What an IPv6 subscriber gets at least: with a new address for every attempt, nobody would be locked out.
IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str | None:
    """Return the caller's IP address; None if the server was called through a Unix socket.

    Each proxy appends the address that called it to X-Forwarded-For. So the caller's address is
    TRUSTED_PROXIES from the right. What stands left of it, anybody could have written.
    """
    forwarded, peer = _forwarded(request), request.META.get("REMOTE_ADDR", "")
    return _written(forwarded) or _written(peer)


def client_network(request: HttpRequest) -> str | None:
    """Return the caller's address, or the start of its IPv6 network: attempts are counted by it."""
    address = _address(client_address(request) or "")
    if isinstance(address, IPv6Address):
        return str(IPv6Network((address, IPV6_PREFIX), strict=False).network_address)
    return str(address) if address else None


def _forwarded(request: HttpRequest) -> str:
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    count: int = settings.TRUSTED_PROXIES
    return hops[-count] if 0 < count <= len(hops) else ""


@lru_cache(maxsize=1024)  # each request asks several times, and the next ones come from the same address
def _written(text: str) -> str | None:
    address = _address(text)
    return str(address) if address else None


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
