"""Typed readers of environment variables. Each error names the variable."""

import hashlib
import re
import ssl
from collections.abc import Collection
from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import environs
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email
from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

ROLES = ("viewer", "operator", "administrator")
BROKER_SCHEMES = ("redis", "rediss", "amqp", "amqps", "memory")
SHORTEST_SECRET = 16
MOST = 1_000_000  # of anything that is counted; seconds of it are eleven days
CENTURY_DAYS = 36_500

Number = TypeVar("Number", int, float)

HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+", re.ASCII)


class Environment(environs.FileAwareEnv):
    """Reads NAME, or the file that NAME_FILE names; a bad value is an ImproperlyConfigured."""

    def __init__(self) -> None:
        super().__init__(eager=True, strip_whitespace=True)  # a file made by `echo` ends in a newline

    def read_chosen(self, path: Path, *, except_for: Collection[str]) -> None:
        """Read the variables of a file, unless the environment or an earlier file has them."""
        for name, value in self.variables_in(path).items():
            if name not in except_for:
                self._environ.setdefault(name, value)

    @classmethod
    def variables_in(cls, path: Path) -> dict[str, str]:
        reader = cls()
        reader.read_env(path, recurse=False)
        return dict(reader._environ)

    def secret(self, name: str) -> str:
        """Never quoted in errors. A placeholder from a README, or a short word, is refused."""
        value: str = self.str(name, "")
        if value and len(value) < SHORTEST_SECRET:
            raise ImproperlyConfigured(
                f"{name} must have {SHORTEST_SECRET} characters or more: `openssl rand -base64 48` makes one"
            )
        return value

    def kept_secret(self, path: Path) -> str:
        """Return the secret in a file; empty if there is none yet."""
        return path.read_text(encoding="utf-8").strip() if path.exists() else ""

    def database(self, name: str) -> dict[str, Any]:
        """A libpq URL or conninfo string, as an entry of Django's DATABASES; if not set, without a NAME."""
        given: str = self.str(name, "")
        try:
            database = database_settings(given)
        except ProgrammingError:  # the error quotes what it could not read, with the password
            raise ImproperlyConfigured(
                f"{name} is no URL that PostgreSQL reads: postgresql://user:password@host:5432/name, "
                "with what is neither letter nor digit in the password written as %40 for @"
            ) from None
        if given and not database["NAME"]:
            raise ImproperlyConfigured(f"{name} must end with the name of a database")
        return database

    def one_of(self, name: str, *values: str) -> str:
        """One of the values, in upper or lower case; the first is the default."""
        given: str = self.str(name, values[0])
        for value in values:
            if given.casefold() == value.casefold():
                return value
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(values)}, not {given}")

    def broker(self, name: str) -> str:
        url: str = self.str(name, "")
        if url and url.partition("://")[0] not in BROKER_SCHEMES:
            raise ImproperlyConfigured(f"{name} must be a redis://, rediss:// or amqp:// URL")
        return url

    def http_url(self, name: str) -> str:
        url: str = self.str(name, "")
        if url and (fault := url_fault(url)):
            raise ImproperlyConfigured(f"{name} must be an http:// or https:// URL{fault}")
        return url.rstrip("/")

    def proxy(self, name: str) -> str:
        """`http://user:password@host:port` of a forward proxy. No error quotes it."""
        url: str = self.str(name, "")
        bare = re.sub(r"//[^/@]*@", "//", url)
        if url and (not url.startswith("http://") or url_fault(bare) or urlsplit(bare).path.strip("/")):
            raise ImproperlyConfigured(f"{name} must be http://host:port, or http://user:password@host:port")
        return url

    def addresses(self, name: str) -> list[str]:
        """E-mail addresses, separated by commas; each once."""
        found: dict[str, str] = {}
        for address in filter(None, (part.strip() for part in self.str(name, "").split(","))):
            if not is_address(address):
                raise ImproperlyConfigured(f"{name} has {address!r}, which is no e-mail address")
            found.setdefault(address.casefold(), address)
        return list(found.values())

    def words(self, name: str, default: str) -> list[str]:
        """Words or phrases, separated by commas."""
        given: str = self.str(name, default)
        found = [" ".join(word.split()) for word in given.split(",")]
        for word in filter(None, found):
            if not any(map(str.isalnum, word)):
                raise ImproperlyConfigured(f"{name} has {word!r}, which has no letter and no digit")
        return list(filter(None, found))

    def sender(self, name: str) -> str:
        """An e-mail address, with a name before it or without: `Mailings <mailings@example.com>`."""
        given: str = self.str(name, "")
        if given and not (given.isprintable() and is_address(parseaddr(given)[1])):
            raise ImproperlyConfigured(f"{name} must be an e-mail address, not {given!r}")
        return given

    def time_of_day(self, name: str, default: str) -> time:
        given: str = self.str(name, default)
        if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", given, re.ASCII):
            raise ImproperlyConfigured(f"{name} must be a time of day such as 08:00, not {given}")
        return time.fromisoformat(given)

    def time_zone(self, name: str) -> ZoneInfo:
        given: str = self.str(name, "UTC")
        try:
            return ZoneInfo(given)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ImproperlyConfigured(
                f"{name} must be the IANA name of a time zone, such as Europe/Moscow, not {given}"
            ) from None

    def identity_provider(self) -> dict[str, Any]:
        """The OIDC_… variables; without OIDC_ISSUER there is no provider."""
        issuer = self.http_url("OIDC_ISSUER")
        if issuer.startswith("http://") and urlsplit(issuer).hostname not in ("localhost", "127.0.0.1"):
            raise ImproperlyConfigured("OIDC_ISSUER must be an https:// URL")
        groups: dict[str, list[str]] = {
            "viewer": self.list("OIDC_ROLE_VIEWER", []),
            "operator": self.list("OIDC_ROLE_OPERATOR", []),
            "administrator": self.list("OIDC_ROLE_ADMINISTRATOR", []),
        }
        if issuer and not any(groups.values()):
            raise ImproperlyConfigured("OIDC_ISSUER is set, but no OIDC_ROLE_… names a group: nobody gets in")
        given: dict[str, Any] = {
            "client_id": self.str("OIDC_CLIENT_ID", ""),
            "client_secret": self.str("OIDC_CLIENT_SECRET", ""),
        }
        if issuer and not all(given.values()):
            raise ImproperlyConfigured("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET")
        return given | {
            "issuer": issuer,
            # Another issuer may use the same `sub`, which must not be the same person.
            "provider_id": f"oidc-{hashlib.sha256(issuer.encode()).hexdigest()[:12]}",
            "name": self.str("OIDC_NAME", "OpenID Connect") if issuer else "",
            "groups_claim": self.str("OIDC_GROUPS_CLAIM", "groups"),
            "role_groups": groups,
            "session_hours": self.positive("OIDC_SESSION_HOURS", 12),
        }

    def zero_or_more(self, name: str, default: int, *, most: int = MOST) -> int:
        value: int = self.int(name, default)
        if value < 0:
            raise ImproperlyConfigured(f"{name} must be 0 or more, not {value}")
        return self._at_most(most, name, value)

    def positive(self, name: str, default: float) -> float:
        value: float = self.float(name, default)
        if not 0 < value < float("inf"):
            raise ImproperlyConfigured(f"{name} must be a positive number, not {value}")
        return self._at_most(MOST, name, value)

    def positive_int(self, name: str, default: int, *, most: int = MOST) -> int:
        value: int = self.int(name, default)
        if value < 1:
            raise ImproperlyConfigured(f"{name} must be 1 or more, not {value}")
        return self._at_most(most, name, value)

    def port(self, name: str, default: int) -> int:
        """0: none."""
        return self.zero_or_more(name, default, most=65535)

    def _at_most(self, most: int, name: str, value: Number) -> Number:
        """More than what any clock, timer or column takes is a slip, and fails where nobody looks."""
        if value > most:
            raise ImproperlyConfigured(f"{name} must be {most} or less, not {value}")
        return value


def broker_tls(url: str, *, ca_file: str) -> dict[str, Any] | None:
    """Return Celery's setting for TLS to the broker; None without TLS.

    By default Celery verifies nothing of a rediss:// server, and not the name of an amqps:// server.
    Parameters in the URL, such as `?ssl_cert_reqs=none`, take precedence.
    """
    scheme, trusted = url.partition("://")[0], ca_file or None
    if scheme == "rediss":
        return {
            "ssl_cert_reqs": ssl.CERT_REQUIRED,
            "ssl_check_hostname": True,
            "ssl_ca_certs": trusted,
        }
    if scheme == "amqps":
        return {
            "cert_reqs": ssl.CERT_REQUIRED,
            "server_hostname": urlsplit(url).hostname,
            "ca_certs": trusted,
        }
    return None


def url_fault(url: str) -> str:
    """Return what is wrong with a base URL, to follow "a URL"; empty if nothing is. Never quotes it."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return " whose host and port can be read: a port is 1 to 65535"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return " with a host"
    if port == 0 or parts.netloc.endswith(":"):
        return " whose port is 1 to 65535"
    if "?" in url or "#" in url:
        return " without a query or a fragment: paths are added to it"
    if not url.isascii() or not HOST.fullmatch(parts.hostname) or re.search(r"[\s\\]", url):
        return " of ASCII, without spaces; a host of letters, digits, dots and hyphens"
    return ""


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def database_settings(conninfo: str) -> dict[str, Any]:
    """Raises psycopg.ProgrammingError if libpq cannot read it."""
    parts = conninfo_to_dict(conninfo)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}
    return {
        "ENGINE": "notification_service.database",
        **{django: str(parts.get(libpq) or "") for libpq, django in names.items()},
        "OPTIONS": {key: value for key, value in parts.items() if key not in names},
    }
