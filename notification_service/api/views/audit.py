# ruff: noqa: ARG002 (REST framework passes the request to every method)

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import AUDIT
from notification_service.api.filters import AuditFilter
from notification_service.api.openapi.audit import audit_docs
from notification_service.api.serializers.audit import EntrySerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.audit.models import Entry


@audit_docs
class AuditViewSet(ApiViewSet):
    serializer_class = EntrySerializer
    filterset_class = AuditFilter
    needs = AUDIT

    def get_queryset(self) -> QuerySet[Entry]:
        return Entry.objects.all()

    def list(self, request: Request) -> Response:
        return self.get_paginated_response(EntrySerializer(self.rows_of_page(), many=True).data)

    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(EntrySerializer(self.get_queryset().get(pk=pk)).data)
