# ruff: noqa: ARG002 (REST framework passes the request to every method)

from django.db.models import F, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from notification_service.access.permissions import MESSAGES
from notification_service.access.phones import text_for
from notification_service.api.filters import MessageFilter
from notification_service.api.serializers.message import MessageDetailSerializer, MessageSerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.mailings.models import Mailing, Message

FAILURES_SHOWN = 1000


class MessageViewSet(ApiViewSet):
    serializer_class = MessageSerializer
    filterset_class = MessageFilter
    needs = MESSAGES

    def get_queryset(self) -> QuerySet[Message]:
        return visible_messages()

    @extend_schema(
        summary="List messages",
        description="Newest first. Filters combine with AND; name a mailing or a client where you can.",
    )
    def list(self, request: Request) -> Response:
        return self.get_paginated_response(MessageSerializer(self.rows_of_page(), many=True).data)

    @extend_schema(
        summary="Show a message",
        description="With the attempts that did not succeed.",
        responses=MessageDetailSerializer,
    )
    def retrieve(self, request: Request, pk: int) -> Response:
        message = self.get_queryset().select_related("client").get(pk=pk)
        failures = message.failed_attempts.select_related("gateway").order_by("-id")[:FAILURES_SHOWN]
        message.latest_failures = list(reversed(failures))  # type: ignore[attr-defined]
        phone = message.client.phone if message.client else None
        for failure in failures:
            failure.answer = text_for(request.user, failure.answer, phone=phone)
        return Response(MessageDetailSerializer(message).data)


def visible_messages() -> QuerySet[Message]:
    # Not a join: the few mailings being deleted are looked up once, and the list stays one index scan.
    going = Mailing.objects.filter(deleted_at__isnull=False)
    return shown_messages().exclude(mailing__in=going.values("pk"))


def shown_messages() -> QuerySet[Message]:
    """With what MessageSerializer shows of other tables; those of mailings being deleted as well."""
    return Message.objects.annotate(gateway_name=F("gateway__name"))
