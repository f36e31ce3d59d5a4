"""Where the web server listens, and which host names it accepts."""

import ipaddress
import socket
from dataclasses import dataclass, replace

import psutil

from notification_service.standalone.errors import StandaloneError
from notification_service.standalone.processes.free_port import first_free_port, try_to_bind

# Each with the address by which it can be reached from here.
ALL_ADDRESSES = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not chosen
LOOPBACK_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True)
class WebAddress:
    host: str
    port: int

    @property
    def url(self) -> str:
        reachable = ALL_ADDRESSES.get(self.host, self.host)
        return f"http://{bracketed(reachable)}:{self.port}"

    def or_next(self) -> "WebAddress":
        """On this port, or on the next that is free. If there is none, `check_free` says why."""
        port = first_free_port(self.port, host=self.host)
        return self if port is None else replace(self, port=port)

    def check_free(self) -> None:
        try:
            try_to_bind(self.host, self.port)
        except (OSError, UnicodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise StandaloneError(
                f"cannot listen on {bracketed(self.host)}:{self.port} ({reason}): choose another --port"
            ) from error

    def allowed_hosts(self) -> list[str]:
        """Return loopback and the host; if it listens on all addresses, every name of this machine."""
        if self.host in ALL_ADDRESSES:
            return [*LOOPBACK_NAMES, socket.gethostname(), *machine_addresses()]
        own_name = bracketed(self.host)
        return [*LOOPBACK_NAMES, *([] if own_name in LOOPBACK_NAMES else [own_name])]


def machine_addresses() -> list[str]:
    families = (socket.AF_INET, socket.AF_INET6)
    entries = [entry for group in psutil.net_if_addrs().values() for entry in group]
    addresses = [entry.address.partition("%")[0] for entry in entries if entry.family in families]
    return [bracketed(address) for address in addresses if not ipaddress.ip_address(address).is_loopback]


def bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
