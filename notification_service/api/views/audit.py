# ruff: noqa: ARG002 (REST framework passes the request to every method)

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import AUDIT
from notification_service.api.filters import AuditFilter
from notification_service.api.serializers.audit import EntrySerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.audit.models import Entry

ADMINISTRATORS = "For administrators, and keys of the scope `admin`."


class AuditViewSet(ApiViewSet):
    serializer_class = EntrySerializer
    filterset_class = AuditFilter
    needs = AUDIT

    def get_queryset(self) -> QuerySet[Entry]:
        return Entry.objects.all()

    @extend_schema(
        summary="List what was done",
        description=f"Newest first; filters combine with AND. {ADMINISTRATORS}",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(EntrySerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Show one entry",
        description=f"One entry by id. {ADMINISTRATORS}",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(EntrySerializer(self.get_queryset().get(pk=pk)).data)
