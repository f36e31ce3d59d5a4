# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.access.permissions import STATISTICS
from notification_service.api.pagination import CURSOR, PAGE_SIZE, CursorPagination
from notification_service.api.serializers.forecast import ForecastSerializer, forecast_as_json
from notification_service.api.serializers.mailing import MailingSerializer
from notification_service.api.serializers.statistics import FullInfoSerializer, MailingInfoSerializer
from notification_service.api.views.base import ApiViewSet
from notification_service.api.views.mailings import MAILING, describe_all
from notification_service.api.views.message_rows import FIRST_OF_MAILING, LISTED, described
from notification_service.mailings import stats
from notification_service.mailings.forecast import forecast_of
from notification_service.mailings.models import Mailing


class StatisticsViewSet(ApiViewSet):
    serializer_class = MailingSerializer
    paged_actions = ("fullinfo",)
    needs = STATISTICS

    @extend_schema(
        summary="Statistics of all mailings",
        description="All mailings and all messages by status, and a page of mailings each with its counts. "
        "Costs the same for ten messages and for ten million.",
        operation_id="mailings_fullinfo",
        responses=FullInfoSerializer,
        parameters=[
            OpenApiParameter(each["name"], each["schema"], description=each["description"])
            for each in (CURSOR, PAGE_SIZE)
        ],
    )
    def fullinfo(self, request: Request) -> Response:
        page = self.paginate_queryset(Mailing.objects.alive().select_related("gateway"))
        mailings = describe_all(list(page or []))
        return Response({**stats.overall_counts(), **self.paginator.as_page(mailings)})

    @extend_schema(
        summary="Statistics of one mailing",
        description="Its counts, a timeline by minute, failures by reason, and the first page of its "
        "messages.",
        operation_id="mailings_info",
        responses=MailingInfoSerializer,
    )
    def mailing_info(self, request: Request, pk: int) -> Response:
        mailing = MAILING.get(pk)
        mailing.timeline = stats.timeline(pk)  # type: ignore[attr-defined]
        mailing.failures = stats.failures_by_reason(pk)  # type: ignore[attr-defined]
        mailing.messages_url = url = _messages_url(request, pk)  # type: ignore[attr-defined]
        mailing.first_messages = _first_messages(mailing, url)  # type: ignore[attr-defined]
        counts = stats.counts_of([pk])
        return Response(MailingInfoSerializer(mailing, context={"counts": counts}).data)

    @extend_schema(
        summary="Forecast of one mailing",
        description="When it will be finished, or who will be left out, from what is unsent now. Of a paused "
        "one, as if it were resumed now. One that has ended, or whose gateway takes nothing now: 409.",
        operation_id="mailings_forecast_retrieve",
        responses=ForecastSerializer,
    )
    def forecast(self, _request: Request, pk: int) -> Response:
        mailing = Mailing.objects.alive().select_related("gateway").get(pk=pk)
        return Response(forecast_as_json(forecast_of(mailing)))


def _messages_url(request: Request, mailing_id: int) -> str:
    return f"{reverse('messages', request=request)}?mailing={mailing_id}"


def _first_messages(mailing: Mailing, url: str) -> dict[str, Any]:
    paginator = CursorPagination()
    found = FIRST_OF_MAILING.get(partition=mailing.partition, mailing=mailing.pk)
    page = paginator.first_page(found, LISTED)
    return paginator.as_page(described(page), base_url=url)
