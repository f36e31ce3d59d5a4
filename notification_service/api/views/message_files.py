# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from notification_service.access.permissions import MESSAGES
from notification_service.api.exports import Keep, csv_lines, ndjson_lines
from notification_service.api.message_filter import MessageFileFilter
from notification_service.api.problems import InvalidQuery
from notification_service.api.renderers import CsvRenderer, NdjsonRenderer
from notification_service.api.views.base import ApiViewSet
from notification_service.api.views.message_rows import shown_messages
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings.models import Mailing, Message
from notification_service.mailings.models.message import MessageQuerySet

WHOLE = (
    "Every message of a mailing, or those that the filters leave, oldest first, as the list shows it. The "
    "file is written while it is read: it may have millions of lines. What changes meanwhile may be in it or "
    "not."
)
Write = Callable[[MessageQuerySet, Keep], Iterable[str]]
FILTERS = [
    OpenApiParameter(name, each.parameter["schema"], description=each.parameter["description"])
    for name, each in MessageFileFilter.base_filters.items()
]


class MessageFileViewSet(ApiViewSet):
    needs = MESSAGES
    filterset_class = MessageFileFilter
    renderer_classes: tuple[type[BaseRenderer], ...] = (CsvRenderer, NdjsonRenderer, JSONRenderer)

    @extend_schema(
        summary="Messages of a mailing as CSV",
        description=WHOLE,
        operation_id="mailings_messages_csv",
        tags=["mailings"],
        parameters=FILTERS,
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def as_csv(self, request: Request, pk: int) -> StreamingHttpResponse:
        return self._file(pk, csv_lines, ending="csv", content_type="text/csv; charset=utf-8")

    @extend_schema(
        summary="Messages of a mailing as NDJSON",
        description=WHOLE,
        operation_id="mailings_messages_ndjson",
        tags=["mailings"],
        parameters=FILTERS,
        responses={(200, "application/x-ndjson"): OpenApiTypes.STR},
    )
    def as_ndjson(self, request: Request, pk: int) -> StreamingHttpResponse:
        return self._file(pk, ndjson_lines, ending="ndjson", content_type="application/x-ndjson")

    def query_parameters(self) -> set[str]:
        return set(MessageFileFilter.base_filters)

    def _file(self, pk: int, write: Write, *, ending: str, content_type: str) -> StreamingHttpResponse:
        mailing, keep = Mailing.objects.alive().get(pk=pk), self._keep()
        record(Action.MAILING_MESSAGES_EXPORTED, object_id=mailing.pk)
        name = f"messages-of-mailing-{mailing.pk}.{ending}"
        headers: dict[str, Any] = {"Content-Disposition": f'attachment; filename="{name}"'}
        lines = write(shown_messages().of(mailing), keep)
        return StreamingHttpResponse(lines, content_type=content_type, headers=headers)

    def _keep(self) -> Keep:
        asked = MessageFileFilter(self.request.query_params, queryset=Message.objects.none())
        if not asked.is_valid():
            raise InvalidQuery({name: list(errors) for name, errors in asked.errors.items()})
        return partial(_is_kept, **asked.form.cleaned_data)


def _is_kept(
    message: Message, *, status: list[str] | None, code: list[str] | None, delivery: list[str] | None
) -> bool:
    return (
        (status is None or message.status in status)
        and (code is None or message.reason in code)
        and (delivery is None or message.told in delivery)
    )
