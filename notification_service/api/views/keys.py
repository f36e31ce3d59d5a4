# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.models import ApiKey
from notification_service.access.permissions import KEYS, Permission
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY
from notification_service.api.serializers.key import KeySerializer, NewKeySerializer
from notification_service.api.views.base import ApiViewSet, created


class KeyViewSet(ApiViewSet):
    serializer_class = KeySerializer
    needs = KEYS
    action_needs = {"revoke": Permission.CHANGE_KEYS}

    def get_queryset(self) -> QuerySet[ApiKey]:
        return ApiKey.objects.all()

    @extend_schema(
        summary="List API keys",
        description="Newest first, those that are revoked or have expired among them.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(KeySerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Make an API key",
        description="The answer has the key itself, which is shown to nobody again.",
        parameters=[IDEMPOTENCY_KEY],
        responses={201: NewKeySerializer},
    )
    def create(self, request: Request) -> Response:
        values = self.valid(KeySerializer(data=request.data))
        issued: dict[int, str] = {}

        def issue() -> int:
            row, key = ApiKey.issue(**values)
            issued[row.pk] = key
            return row.pk

        # Only the id is stored for a repeated request: the key must be nowhere.
        pk, is_replayed = run_once(request, values, issue)
        row: Any = ApiKey.objects.get(pk=pk)
        row.shown_once = issued.get(pk)
        location = reverse("key", kwargs={"pk": pk}, request=request)
        return created(NewKeySerializer(row).data, location=location, is_replayed=is_replayed, row=None)

    @extend_schema(
        summary="Show an API key",
        description="One key by id; not the key itself.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return Response(KeySerializer(ApiKey.objects.get(pk=pk)).data)

    @extend_schema(
        operation_id="keys_revoke",
        summary="Revoke an API key",
        description="Within a second no request with it is answered any more. One that is revoked already "
        "stays as it is.",
        request=None,
    )
    def revoke(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        ApiKey.objects.get(pk=pk).revoke()
        return Response(KeySerializer(ApiKey.objects.get(pk=pk)).data)
