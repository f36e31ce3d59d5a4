"""Pages by position, not by number: the same cost on every page, and no row skipped or repeated.

A cursor says after (or before) which value of the ordering's field the page lies. The field is unique and
indexed. A cursor is not secret: whatever does not read as one of this list's is refused.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.models import Model, QuerySet
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from notification_service.api.problems import InvalidQuery

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
CURSOR_LENGTH = 200
INT64_MAX = 2**63 - 1


class Parameter(NamedTuple):
    name: str
    description: str
    schema: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"in": "query", **self._asdict()}


CURSOR = Parameter(
    "cursor",
    "Where the page begins: take it from `next` or `previous` of another page.",
    {"type": "string", "format": "cursor", "maxLength": CURSOR_LENGTH},
)
PAGE_SIZE = Parameter(
    "page_size",
    "The most results on the page.",
    {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE},
)


@dataclass(frozen=True, slots=True)
class Cursor:
    ordering: str
    position: int | str
    backward: bool = False

    @property
    def field(self) -> str:
        return self.ordering.removeprefix("-")

    def encode(self) -> str:
        parts = [self.ordering, self.position, int(self.backward)]
        return urlsafe_b64encode(json.dumps(parts, separators=(",", ":")).encode()).decode().rstrip("=")

    @classmethod
    def decode(cls, text: str, *, ordering: str) -> "Cursor":
        """Raises ValueError for what `encode` does not write for the same ordering."""
        if len(text) > CURSOR_LENGTH:
            raise ValueError("too long")
        parts = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        match parts:
            case [str(written), int() | str() as position, 0 | 1 as backward]:
                cursor = cls(written, position, bool(backward))
            case _:
                raise ValueError("not a cursor")
        if written != ordering or not cursor._is_sound() or cursor.encode() != text:
            raise ValueError("not a cursor of this list")
        return cursor

    def _is_sound(self) -> bool:
        if self.field == "id":
            return type(self.position) is int and 0 < self.position <= INT64_MAX
        return isinstance(self.position, str) and self.position.isascii() and self.position.isdigit()


class CursorPagination(BasePagination):
    """A view may set `orderings` (the first is the default), each over a unique, indexed field."""

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> list[Any]:
        size = _page_size(request)
        ordering = _ordering(request, getattr(view, "orderings", ["-id"]))
        self.ordering = ordering
        self.cursor = _cursor(request, ordering)
        self.request = request
        rows = list(_after(queryset, ordering, self.cursor)[: size + 1])
        self.has_more = len(rows) > size
        self.rows = rows[:size]
        if self.cursor and self.cursor.backward:
            self.rows.reverse()
        return self.rows

    def page(self, results: Any, *, base_url: str | None = None) -> dict[str, Any]:
        url = base_url or self.request.build_absolute_uri()
        return {"next": self._next(url), "previous": self._previous(url), "results": results}

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.page(data))

    def _next(self, url: str) -> str | None:
        backward = self.cursor is not None and self.cursor.backward
        return self._link(url, -1, backward=False) if self.rows and (backward or self.has_more) else None

    def _previous(self, url: str) -> str | None:
        if self.cursor is None or not self.rows:
            return None
        return self._link(url, 0, backward=True) if self.has_more or not self.cursor.backward else None

    def _link(self, url: str, index: int, *, backward: bool) -> str:
        row: Model = self.rows[index]
        position = getattr(row, self.ordering.removeprefix("-"))
        cursor = Cursor(self.ordering, position, backward).encode()
        return replace_query_param(url, "cursor", cursor)

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        parameters = (CURSOR, PAGE_SIZE, *_ordering_parameter(getattr(view, "orderings", [])))
        return [parameter.as_json() for parameter in parameters]

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


def _page_size(request: Request) -> int:
    text = request.query_params.get("page_size", str(DEFAULT_PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MAX_PAGE_SIZE):
        raise InvalidQuery({"page_size": [f"Must be a number from 1 to {MAX_PAGE_SIZE}."]})
    return int(text)


def _ordering(request: Request, orderings: Sequence[str]) -> str:
    ordering = request.query_params.get("ordering", orderings[0])
    if ordering not in orderings:
        raise InvalidQuery({"ordering": [f"Must be one of: {', '.join(orderings)}."]})
    return ordering


def _cursor(request: Request, ordering: str) -> Cursor | None:
    text = request.query_params.get("cursor")
    if text is None:
        return None
    try:
        return Cursor.decode(text, ordering=ordering)
    except (ValueError, RecursionError):
        raise InvalidQuery({"cursor": ["Not a cursor of this list in this order."]}) from None


def _after(queryset: QuerySet[Any], ordering: str, cursor: Cursor | None) -> QuerySet[Any]:
    if cursor is None:
        return queryset.order_by(ordering)
    descending = ordering.startswith("-") != cursor.backward
    condition = {f"{cursor.field}__{'lt' if descending else 'gt'}": cursor.position}
    return queryset.filter(**condition).order_by(f"{'-' if descending else ''}{cursor.field}")


def _ordering_parameter(orderings: Sequence[str]) -> list[Parameter]:
    if not orderings:
        return []
    schema = {"type": "string", "enum": list(orderings), "default": orderings[0]}
    return [Parameter("ordering", "The order of the list; a minus puts the last first.", schema)]
