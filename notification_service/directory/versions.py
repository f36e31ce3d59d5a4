"""Whether a row has changed since its caller saw it. Pure."""

from collections.abc import Collection
from typing import Protocol

Versions = Collection[str] | None  # None: any


class Versioned(Protocol):
    @property
    def version(self) -> str: ...


class Stale(Exception):  # noqa: N818
    """Somebody has changed it in the meantime."""


def check_version(row: Versioned, expected: Versions) -> None:
    if expected is not None and row.version not in expected:
        raise Stale
