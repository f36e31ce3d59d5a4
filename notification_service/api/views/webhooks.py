# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import WEBHOOKS, Permission
from notification_service.api.filters import DeliveryFilter
from notification_service.api.idempotency import run_once
from notification_service.api.openapi.words import IDEMPOTENCY_KEY, SENT_BACK
from notification_service.api.serializers.webhook import (
    RedeliveredSerializer,
    RedeliverySerializer,
    WebhookDeliverySerializer,
    WebhookSerializer,
    WebhookWithSecretSerializer,
)
from notification_service.api.views.base import ApiViewSet, created, expected_versions, versioned
from notification_service.webhooks import changes
from notification_service.webhooks.models import Webhook, WebhookDelivery

HOW = (
    "Each event is a POST of `{type, timestamp, data}`, signed as Standard Webhooks says; the section of "
    "webhooks in this document has their bodies."
)


class WebhookViewSet(ApiViewSet):
    serializer_class = WebhookSerializer
    needs = WEBHOOKS
    action_needs = dict.fromkeys(("rotate_secret", "test", "redeliver"), Permission.CHANGE_WEBHOOKS)

    def get_queryset(self) -> QuerySet[Any]:
        return Webhook.objects.alive()

    @extend_schema(summary="List webhooks", description=f"Who is told of what happens. {HOW}")
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(WebhookSerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Add a webhook",
        description="The answer has its secret, this once. A request that repeats the `Idempotency-Key` gets "
        "null for it.",
        parameters=[IDEMPOTENCY_KEY],
        responses={201: WebhookWithSecretSerializer},
    )
    def create(self, request: Request) -> Response:
        values = self.valid(WebhookSerializer(data=request.data))
        made: list[tuple[Webhook, str]] = []

        def work() -> Any:
            made.append(changes.create_webhook(**values))
            return {**_described(made[0][0]), "secret": None}  # what is kept for a repetition has no secret

        body, is_replayed = run_once(request, values, work)
        if made:
            body["secret"] = made[0][1]
        location = reverse("webhook", kwargs={"pk": body["id"]}, request=request)
        row = made[0][0] if made else None
        return created(body, location=location, is_replayed=is_replayed, row=row)

    @extend_schema(summary="Show a webhook", description="One webhook by id, without its secret.")
    def retrieve(self, request: Request, pk: int) -> Response:
        return _shown(self.get_queryset().get(pk=pk))

    @extend_schema(
        summary="Change a webhook",
        description="What waits for it goes to its new URL. Enabled anew, it is sent what waits, for three "
        f"days more. {SENT_BACK}",
    )
    def partial_update(self, request: Request, pk: int) -> Response:
        webhook = self.get_queryset().get(pk=pk)
        values = self.valid(WebhookSerializer(webhook, data=request.data, partial=True))
        return _shown(changes.update_webhook(pk, expected=expected_versions(request), **values))

    @extend_schema(summary="Delete a webhook", description="With all that waits for it.")
    def destroy(self, request: Request, pk: int) -> Response:
        changes.delete_webhook(pk, expected=expected_versions(request))
        return Response(status=204)

    @extend_schema(
        summary="Replace the secret of a webhook",
        description="The answer has the new one, this once. For a day requests are signed with both. Send an "
        "`Idempotency-Key`: without it, a request that is repeated replaces the new one as well, and the one "
        "that you have signs no more. A repetition gets the same secret, or null if it was replaced since.",
        operation_id="webhooks_rotate_secret",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses=WebhookWithSecretSerializer,
    )
    def rotate_secret(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)

        def work() -> Any:
            return {"digest": changes.digest_of(changes.rotate_secret(pk)[1])}

        kept, is_replayed = run_once(request, {}, work)
        webhook = self.get_queryset().get(pk=pk)
        secret = changes.secret_with(kept["digest"], webhook)
        response = versioned({**_described(webhook), "secret": secret}, webhook)
        if is_replayed:
            response.headers["Idempotency-Replayed"] = "true"
        return response

    @extend_schema(
        summary="Send a test event",
        description="`webhook.test`, once, also to a webhook that is disabled. Its deliveries say what came "
        "of it.",
        operation_id="webhooks_test",
        parameters=[IDEMPOTENCY_KEY],
        request=None,
        responses={202: WebhookDeliverySerializer},
    )
    def test(self, request: Request, pk: int) -> Response:
        self.refuse_body(request)
        body, is_replayed = run_once(request, {}, lambda: _delivery(changes.test_webhook(pk)))
        headers = {"Idempotency-Replayed": "true"} if is_replayed else {}
        return Response(body, status=202, headers=headers)

    @extend_schema(
        summary="Send events again",
        description="Some deliveries, or all that failed since a time, under their old `webhook-id`.",
        operation_id="webhooks_redeliver",
        request=RedeliverySerializer,
        responses={202: RedeliveredSerializer},
    )
    def redeliver(self, request: Request, pk: int) -> Response:
        values = self.valid(RedeliverySerializer(data=request.data))
        count = changes.redeliver(pk, ids=values.get("deliveries"), since=values.get("since"))
        return Response({"deliveries": count}, status=202)


class DeliveryViewSet(ApiViewSet):
    serializer_class = WebhookDeliverySerializer
    needs = WEBHOOKS
    filterset_class = DeliveryFilter

    def get_queryset(self) -> QuerySet[Any]:
        return WebhookDelivery.objects.filter(webhook=self.kwargs["pk"])

    @extend_schema(
        summary="List the deliveries of a webhook",
        description="What it was told, and is to be told: newest first, kept for 30 days unless configured "
        "otherwise.",
        operation_id="webhooks_deliveries",
        tags=["webhooks"],
    )
    def list(self, request: Request, pk: int) -> Response:
        Webhook.objects.alive().get(pk=pk)
        return self.get_paginated_response(WebhookDeliverySerializer(self.rows_of_page(), many=True).data)


def _shown(webhook: Webhook) -> Response:
    return versioned(_described(webhook), webhook)


def _delivery(delivery: WebhookDelivery) -> Any:
    return WebhookDeliverySerializer(delivery).data


def _described(webhook: Webhook) -> Any:
    return WebhookSerializer(webhook).data
