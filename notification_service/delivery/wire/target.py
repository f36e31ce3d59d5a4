"""Where requests go, parsed from a URL once; pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    host: str  # a name, or an address without brackets
    port: int
    is_tls: bool
    path: str  # of the URL, without a trailing slash; requests may add to it

    @classmethod
    def from_url(cls, url: str) -> "Target":
        """Raises ValueError if no request can be made to it."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("a gateway's URL is http:// or https:// with a host")
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if not _is_sendable(path + parts.hostname) or " " in path + parts.hostname:
            raise ValueError("the URL has characters that no request can carry")
        return cls(parts.hostname, parts.port or PORTS[parts.scheme], parts.scheme == "https", path)

    @property
    def authority(self) -> str:
        """Return it as in the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self._scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        return f"{self._scheme}://{self.authority}"

    @property
    def _scheme(self) -> str:
        return "https" if self.is_tls else "http"


def header_lines(headers: Mapping[str, str]) -> bytes:
    """Raises ValueError, without the value, for a header that cannot be sent."""
    for value in headers.values():
        if not _is_sendable(value):
            raise ValueError("the token has characters that no header can carry")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _is_sendable(text: str) -> bool:
    return text.isascii() and (text.isprintable() or not text)
