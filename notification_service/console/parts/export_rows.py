"""The rows of a list for an export, read by key, with some thousand in memory at a time.

A server-side cursor would hold a transaction open, or a copy of the list on the server, for as long as a
slow download lasts.
"""

from collections.abc import Iterator
from datetime import datetime, tzinfo
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

CHUNK_ROWS = 5_000

Row = list[Any]
M = TypeVar("M", bound=Model)


def in_order(rows: QuerySet[M], *, chunk_rows: int = CHUNK_ROWS) -> Iterator[list[M]]:
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:chunk_rows]):
        last = some[-1].pk
        yield some


def moment(at: datetime | None, zone: tzinfo) -> str:
    """Return it as ISO 8601 in the operator's zone, with its offset."""
    return at.astimezone(zone).isoformat(timespec="seconds") if at else ""
