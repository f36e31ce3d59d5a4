# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Sequence
from typing import Any

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import INBOUND
from notification_service.access.phones import note_phones, sees_whole_phones, text_for
from notification_service.api.filters import InboundFilter
from notification_service.api.serializers.inbound import InboundSerializer, MaskedInboundSerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.mailings.models import InboundMessage


class InboundListViewSet(ApiViewSet):
    serializer_class = InboundSerializer
    filterset_class = InboundFilter
    needs = INBOUND

    def get_queryset(self) -> QuerySet[InboundMessage]:
        return InboundMessage.objects.annotate(gateway_name=F("gateway__name"))

    @extend_schema(
        summary="List replies",
        description="What people wrote back, newest first. Filters combine with AND.",
        operation_id="inbound_list",
        tags=["inbound"],
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(self._described(self.rows_of_page()))

    @extend_schema(
        summary="Show a reply",
        description="One reply by id.",
        operation_id="inbound_retrieve",
        tags=["inbound"],
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(self._described([self.get_queryset().get(pk=pk)])[0])

    def _described(self, rows: Sequence[InboundMessage]) -> Any:
        who = self.request.user
        note_phones(who, len(rows))
        for row in rows:
            row.text = text_for(who, row.text, phone=row.phone)
        return (InboundSerializer if sees_whole_phones(who) else MaskedInboundSerializer)(
            rows, many=True
        ).data
