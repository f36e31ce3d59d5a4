# ruff: noqa: ARG002 (REST framework passes the request to every method)

from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import MAILINGS
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.serializers.segment import CountedSegmentSerializer, SegmentSerializer
from notification_service.api.views.base import ApiViewSet, create_once, expected_versions, versioned
from notification_service.api.views.filters import refusing_unknown_names
from notification_service.directory.filters import read_filter
from notification_service.directory.models import Segment
from notification_service.mailings import matching, segment_changes

CHANGE = (
    "A `filter` is replaced as a whole, and applies to mailings that start from now on. The name stays "
    f"while a scheduled mailing or another segment uses it. {SENT_BACK}"
)


class SegmentViewSet(ApiViewSet):
    serializer_class = SegmentSerializer
    needs = MAILINGS

    def get_queryset(self) -> QuerySet[Segment]:
        return Segment.objects.all()

    @extend_schema(summary="List segments", description="Without their numbers of clients.")
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(SegmentSerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Save a segment",
        description="A filter under a name, for mailings and other segments. A segment may name others, ten "
        "in a chain, but not itself through them.",
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        values = self.valid(SegmentSerializer(data=request.data))
        said = values | {"filter": values["filter"].as_json()}
        make = partial(segment_changes.create_segment, **values)
        with refusing_unknown_names("filter"):
            return create_once(
                request, route="segment", values=said, make=make, show=lambda row: SegmentSerializer(row).data
            )

    @extend_schema(
        summary="Show a segment",
        description="One segment by id, with how many clients are in it now.",
        responses=CountedSegmentSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        segment = Segment.objects.get(pk=pk)
        context = {"clients": matching.count_matching(read_filter(segment.filter))}
        return versioned(CountedSegmentSerializer(segment, context=context).data, segment)

    @extend_schema(
        summary="Replace a segment",
        description=f"Sets both fields. {CHANGE}",
    )
    def update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=False)

    @extend_schema(
        summary="Change a segment",
        description=f"Sets the fields given and leaves the others. {CHANGE}",
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        return self._update(request, pk, partial=True)

    @extend_schema(
        summary="Delete a segment",
        description="Refused while a scheduled mailing or another segment uses it; the problem says which.",
    )
    def destroy(self, request: Request, pk: int) -> Response:
        segment_changes.delete_segment(pk, expected=expected_versions(request))
        return Response(status=204)

    def _update(self, request: Request, pk: int, *, partial: bool) -> Response:
        segment = Segment.objects.get(pk=pk)
        serializer = SegmentSerializer(segment, data=request.data, partial=partial)
        values: dict[str, Any] = self.valid(serializer)
        with refusing_unknown_names("filter"):
            changed = segment_changes.update_segment(pk, expected=expected_versions(request), **values)
        return versioned(SegmentSerializer(changed).data, changed)
