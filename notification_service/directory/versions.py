"""Whether a row is still as its caller saw it. Pure."""

from collections.abc import Collection
from typing import Protocol

Versions = Collection[str] | None  # None: whatever it is by now


class Versioned(Protocol):
    @property
    def version(self) -> str: ...


class Stale(Exception):  # noqa: N818
    """Somebody changed it meanwhile."""


def check_version(row: Versioned, expected: Versions) -> None:
    if expected is not None and row.version not in expected:
        raise Stale
