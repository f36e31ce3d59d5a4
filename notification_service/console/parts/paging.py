"""Pages by key: each page costs the same, however long the list is."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

PAGE_ROWS = 50
LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next_before: int | None
    is_first: bool


def page_by_id(request: HttpRequest, queryset: QuerySet[Any], *, rows: int = PAGE_ROWS) -> Page:
    """Return the newest rows, or those before the id in `?before=`."""
    before = whole_number(request.GET.get("before"))
    if before is not None:
        queryset = queryset.filter(pk__lt=before)
    found = list(queryset.order_by("-pk")[: rows + 1])
    return Page(found[:rows], found[rows - 1].pk if len(found) > rows else None, before is None)


def whole_number(text: str | None) -> int | None:
    """Return the text as a number, if it can be an id."""
    if text and text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST_ID:
        return int(text)
    return None
