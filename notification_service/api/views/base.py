"""What every view of the API does before its own work."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.utils import translation
from django.utils.http import quote_etag
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse
from rest_framework.serializers import BaseSerializer
from rest_framework.viewsets import GenericViewSet

from notification_service.access.permissions import Methods, Permission
from notification_service.api.addresses import AsAsked
from notification_service.api.idempotency import run_once
from notification_service.api.openapi import extensions  # noqa: F401 (they register themselves)
from notification_service.api.pagination import CursorPagination
from notification_service.api.problems import LengthRequired, UnsupportedEncoding
from notification_service.api.query import check_query, repeatable
from notification_service.api.serializers.strict import NoBody
from notification_service.directory.versions import Versioned, Versions

ANY_TYPE = "*/*"
Row = TypeVar("Row", bound=Versioned)


class ApiViewSet(GenericViewSet[Any]):
    needs: Methods = {}
    action_needs: Mapping[str, Permission] = {}
    paged_actions: tuple[str, ...] = ("list",)
    given_several_times: frozenset[str] = frozenset()  # parameters that are no filters
    file_actions: tuple[str, ...] = ()  # they read the body bit by bit
    orderings: tuple[str, ...] = ("-id", "id")
    filterset_class: type[Any] | None = None
    paginator: CursorPagination

    http_method_names = ("get", "head", "options", "post", "put", "patch", "delete")

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        translation.activate("en")  # the document's language; half of the texts are REST framework's
        super().initial(request, *args, **kwargs)
        refuse_encoded_body(request)
        if has_unknown_length(request) and self.action not in self.file_actions:
            raise LengthRequired  # Django would read the body as an empty one
        if self.action:  # otherwise the method is not allowed, whatever the query says
            several = repeatable(self.filterset_class.base_filters) if self.filterset_class else set()
            several |= self.given_several_times
            check_query(request, allowed=self.query_parameters(), several=several)

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:  # noqa: FBT001, FBT002
        preferred = self.renderer_classes[0]
        if request.META.get("HTTP_ACCEPT", ANY_TYPE) in (ANY_TYPE, preferred.media_type):  # nearly everyone
            return preferred(), preferred.media_type
        return super().perform_content_negotiation(request, force)

    def determine_version(self, *_args: Any, **_kwargs: Any) -> tuple[str | None, AsAsked]:
        return None, AsAsked()

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


def refuse_encoded_body(request: Request) -> None:
    encoding = request.headers.get("Content-Encoding", "identity")
    if encoding.strip().lower() not in ("", "identity"):
        raise UnsupportedEncoding(encoding)


def has_unknown_length(request: Request) -> bool:
    return "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH")


def versioned(body: Any, row: Versioned) -> Response:
    return Response(body, headers={"ETag": quote_etag(row.version)})


def expected_versions(request: Request) -> Versions:
    header = request.headers.get("If-Match", "*")
    if header.strip() == "*":
        return None
    # A proxy that compresses makes a tag weak.
    return {tag.strip().removeprefix("W/").strip('"') for tag in header.split(",")}


def create_once(
    request: Request,
    *,
    route: str,
    values: Mapping[str, Any],
    make: Callable[[], Row],
    show: Callable[[Row], Any],
) -> Response:
    """Make a row, once for each Idempotency-Key; `show` writes it, with its `id`, into the response."""
    made: list[Row] = []

    def work() -> Any:
        made.append(make())
        return show(made[0])

    body, is_replayed = run_once(request, values, work)
    location = reverse(route, kwargs={"pk": body["id"]}, request=request)
    return created(body, location=location, is_replayed=is_replayed, row=next(iter(made), None))


def created(body: Any, *, location: str, is_replayed: bool, row: Versioned | None) -> Response:
    """`row`: None if this response is a repetition, because the row may have changed since."""
    headers = {"Location": location}
    if row is not None:
        headers["ETag"] = quote_etag(row.version)
    if is_replayed:
        headers["Idempotency-Replayed"] = "true"
    return Response(body, status=201, headers=headers)
