# ruff: noqa: ARG002 (REST framework passes the request to every method)

from functools import partial
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import GATEWAYS, Permission
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.problems import ConflictError
from notification_service.api.serializers.gateway import (
    GatewayChangeSerializer,
    GatewayCreationSerializer,
    GatewaySerializer,
)
from notification_service.api.serializers.receipt import ReceiptKeySerializer
from notification_service.api.views.base import ApiViewSet, create_once, expected_versions, versioned
from notification_service.mailings import gateways
from notification_service.mailings.models import Gateway

ADMINISTRATORS = "For administrators, and keys of the scope `admin`."


class GatewayViewSet(ApiViewSet):
    serializer_class = GatewaySerializer
    needs = GATEWAYS
    action_needs = dict.fromkeys(("receipt_key", "replace_receipt_key"), Permission.RECEIPT_KEYS)

    def get_queryset(self) -> QuerySet[Gateway]:
        return Gateway.objects.all()

    @extend_schema(
        summary="List gateways",
        description="Each with its breaker, and what the workers say of it at this moment.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(_describe_all(self.rows_of_page()))

    @extend_schema(
        summary="Add a gateway",
        description=f"{ADMINISTRATORS} A private address is refused unless the service is configured "
        "to allow it.",
        request=GatewayCreationSerializer,
        parameters=[IDEMPOTENCY_KEY],
    )
    def create(self, request: Request) -> Response:
        values = self.valid(GatewayCreationSerializer(data=request.data))
        make = partial(gateways.save_gateway, None, **values)
        return create_once(request, route="gateway", values=values, make=make, show=_describe)

    @extend_schema(
        summary="Show a gateway",
        description="One gateway by id.",
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        return _shown(Gateway.objects.get(pk=pk))

    @extend_schema(
        summary="Change a gateway",
        description=f"{ADMINISTRATORS} Where `main` is reached, and its token, the environment says. "
        f"{SENT_BACK}",
        request=GatewayChangeSerializer,
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        gateway = Gateway.objects.get(pk=pk)
        (state,) = gateways.gateway_states([gateway])
        values = self.valid(GatewayChangeSerializer(state, data=request.data))
        return _shown(gateways.save_gateway(gateway, expected=expected_versions(request), **values))

    @extend_schema(
        summary="Delete a gateway",
        description=f"{ADMINISTRATORS} One that a mailing names can only be disabled.",
    )
    def destroy(self, request: Request, pk: int) -> Response:
        gateways.delete_gateway(pk, expected=expected_versions(request))
        return Response(status=204)

    @extend_schema(
        operation_id="gateways_receipt_key_retrieve",
        summary="Show the receipt key",
        description="What the gateway's provider shows us when it tells of deliveries and passes on replies, "
        "and where it sends them.",
        responses=ReceiptKeySerializer,
    )
    def receipt_key(self, request: Request, pk: int) -> Response:
        gateway = Gateway.objects.get(pk=pk)
        try:
            return self._key_of(gateway, gateways.receipt_key(gateway))
        except gateways.GatewayUnusable as unusable:
            raise ConflictError("conflict", str(unusable)) from None

    @extend_schema(
        operation_id="gateways_receipt_key_replace",
        summary="Replace the receipt key",
        description="Make a new one. The old one is refused from now on, so tell the provider at once: it "
        "sends again what is refused.",
        request=None,
        responses=ReceiptKeySerializer,
    )
    def replace_receipt_key(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        key = gateways.replace_receipt_key(pk)
        return self._key_of(Gateway.objects.get(pk=pk), key)

    def _key_of(self, gateway: Gateway, key: str | None) -> Response:
        addresses = {
            f"{what}_url": reverse(f"gateway-{what}", kwargs={"name": gateway.name}, request=self.request)
            for what in ("receipts", "inbound")
        }
        return Response({"key": key, **addresses})


def _shown(gateway: Gateway) -> Response:
    return versioned(_describe(gateway), gateway)


def _describe(gateway: Gateway) -> Any:
    return _describe_all([gateway])[0]


def _describe_all(rows: list[Gateway]) -> Any:
    return GatewaySerializer(gateways.gateway_states(rows), many=True).data
