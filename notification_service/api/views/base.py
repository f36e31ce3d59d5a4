"""What every view of the API does before its own work."""

from collections.abc import Mapping
from typing import Any

from django.utils import translation
from django.utils.http import quote_etag
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from notification_service.access.permissions import Methods, Permission
from notification_service.api.openapi import extensions  # noqa: F401 (they register themselves)
from notification_service.api.pagination import CursorPagination
from notification_service.api.problems import LengthRequired
from notification_service.api.query import check_query
from notification_service.api.serializers.strict import NoBody
from notification_service.directory.versions import Versioned, Versions


class ApiViewSet(GenericViewSet[Any]):
    needs: Methods = {}
    action_needs: Mapping[str, Permission] = {}
    paged_actions: tuple[str, ...] = ("list",)
    orderings: tuple[str, ...] = ("-id", "id")
    filterset_class: type[Any] | None = None
    paginator: CursorPagination

    http_method_names = ("get", "head", "post", "put", "patch", "delete")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        translation.activate("en")  # the document's language: half of the words are REST framework's
        super().initial(request, *args, **kwargs)
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            raise LengthRequired  # Django would take the body for an empty one
        if self.action:  # else the method is not allowed, whatever the query
            check_query(request, allowed=self.query_parameters())

    def query_parameters(self) -> set[str]:
        if self.action not in self.paged_actions:
            return set()
        filters = self.filterset_class.base_filters if self.filterset_class else {}
        return {"cursor", "page_size", "ordering", *filters}

    def valid(self, serializer: BaseSerializer[Any]) -> Any:
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data

    def refuse_body(self, request: Request) -> None:
        self.valid(NoBody(data=request.data))

    def rows_of_page(self) -> list[Any]:
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return list(rows or [])


def versioned(body: Any, row: Versioned) -> Response:
    return Response(body, headers={"ETag": quote_etag(row.version)})


def expected_versions(request: Request) -> Versions:
    header = request.headers.get("If-Match", "*")
    if header.strip() == "*":
        return None
    # A proxy that compresses makes a tag weak.
    return {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}


def created(body: Any, *, location: str, is_replayed: bool) -> Response:
    headers = {"Location": location} | ({"Idempotency-Replayed": "true"} if is_replayed else {})
    return Response(body, status=201, headers=headers)
