"""Pages by position, not by number: the same cost on every page, and no row skipped or repeated.

REST framework's own, with two additions. A list may offer several orders, each by a unique and indexed field.
And a cursor is signed together with its order, so that a cursor which we did not write is refused.
"""

# ruff: noqa: ARG002 (REST framework's signatures)

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.core import signing
from rest_framework import pagination
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from notification_service.api.problems import InvalidQuery
from notification_service.api.values import parse_choice, parse_whole

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
CURSOR_LENGTH = 200
Parameter = dict[str, Any]
parse_page_size = partial(parse_whole, least=1, most=MAX_PAGE_SIZE)
SIGNER = signing.Signer(salt="cursor")


CURSOR: Parameter = {
    "in": "query",
    "name": "cursor",
    "description": "Where the page begins: take it from `next` or `previous` of another page.",
    "schema": {"type": "string", "format": "cursor", "maxLength": CURSOR_LENGTH},
}
PAGE_SIZE: Parameter = {
    "in": "query",
    "name": "page_size",
    "description": "The most results on the page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": MAX_PAGE_SIZE, "default": DEFAULT_PAGE_SIZE},
}


class CursorPagination(pagination.CursorPagination):
    """A view may set `orderings`; the first is the default."""

    template = None

    columns: tuple[str, ...] | None = None  # of rows that are tuples

    def paginate_queryset(self, queryset: Any, request: Request, view: "APIView | None" = None) -> Any:
        self.columns = queryset._fields
        return super().paginate_queryset(queryset, request, view)

    def first_page(self, rows: Sequence[Any], columns: tuple[str, ...]) -> list[Any]:
        """Return the first page of a list in its usual order; `rows`: these, and the next one if there is."""
        self.columns, self.ordering, self.cursor = columns, ("-id",), None
        self.page = list(rows[:DEFAULT_PAGE_SIZE])
        self.has_next, self.has_previous = len(rows) > DEFAULT_PAGE_SIZE, False
        if self.has_next:
            self.next_position = self._get_position_from_instance(rows[DEFAULT_PAGE_SIZE], self.ordering)
        return self.page

    def _get_position_from_instance(self, instance: Any, ordering: Sequence[str]) -> str:
        if self.columns is None:
            return super()._get_position_from_instance(instance, ordering)
        return str(instance[self.columns.index(ordering[0].lstrip("-"))])

    def get_page_size(self, request: Request) -> int:
        size: int = _read(request, "page_size", str(DEFAULT_PAGE_SIZE), parse_page_size)
        return size

    def get_ordering(self, request: Request, queryset: Any, view: "APIView | None") -> tuple[str]:
        orderings = getattr(view, "orderings", ["-id"])
        return (_read(request, "ordering", orderings[0], partial(parse_choice, choices=orderings)),)

    def decode_cursor(self, request: Request) -> pagination.Cursor | None:
        text = request.query_params.get("cursor")
        try:
            return None if text is None else read_cursor(text, ordering=self.ordering[0])
        except signing.BadSignature:
            raise InvalidQuery(
                {"cursor": [ErrorDetail("Not a cursor of this list in this order.", "cursor")]}
            ) from None

    def encode_cursor(self, cursor: pagination.Cursor) -> str:
        text = write_cursor(self.ordering[0], cursor.position, backward=cursor.reverse)
        return replace_query_param(str(self.base_url), "cursor", text)

    def as_page(self, results: Any, *, base_url: str | None = None) -> dict[str, Any]:
        self.base_url = base_url or self.base_url
        links = (self.get_next_link(), self.get_previous_link()) if self.page else (None, None)
        return {"next": links[0], "previous": links[1], "results": results}

    def get_paginated_response(self, data: Any) -> Response:
        return Response(self.as_page(data))

    def get_schema_operation_parameters(self, view: Any) -> list[Parameter]:
        schema = {"type": "string", "enum": list(view.orderings), "default": view.orderings[0]}
        words = "The order of the list; a minus puts the last first."
        ordering = {"in": "query", "name": "ordering", "description": words, "schema": schema}
        return [CURSOR, PAGE_SIZE, ordering]

    def get_paginated_response_schema(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }


def _read(request: Request, name: str, default: str, parse: Callable[[str], Any]) -> Any:
    try:
        return parse(request.query_params.get(name, default))
    except ValueError as error:
        raise InvalidQuery({name: [str(error)]}) from None


def write_cursor(ordering: str, position: str | int | None, *, backward: bool = False) -> str:
    return SIGNER.sign_object([ordering, position, backward])


def read_cursor(text: str, *, ordering: str) -> pagination.Cursor:
    """Raises BadSignature if `write_cursor` did not write it for this order."""
    written, position, backward = SIGNER.unsign_object(text)
    if written != ordering:
        raise signing.BadSignature("of another order")
    return pagination.Cursor(offset=0, reverse=backward, position=position)
