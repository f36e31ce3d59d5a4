# ruff: noqa: ARG002 (REST framework passes the request to every method)

from collections.abc import Iterator
from typing import Any

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from notification_service.access.permissions import IMPORTS, Permission
from notification_service.api.exports import written_csv
from notification_service.api.renderers import CsvRenderer
from notification_service.api.views.base import ApiViewSet
from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.importing.rejected_file import RejectedCsv
from notification_service.directory.models import ClientUpload, RejectedLine

CHUNK_ROWS = 2_000


class RejectedFileViewSet(ApiViewSet):
    needs = IMPORTS
    action_needs = {"rejected_csv": Permission.WHOLE_PHONES}
    renderer_classes: tuple[type[BaseRenderer], ...] = (CsvRenderer, JSONRenderer)

    @extend_schema(
        summary="Rejected lines of an import as CSV",
        description="With the columns of the file and the reason beside each, for 30 days; the first 100,000 "
        "of them. Once they are corrected, the file can be imported as it is. Of NDJSON each line is in one "
        "column, `content`.",
        operation_id="imports_rejected_csv",
        tags=["imports"],
        responses={(200, "text/csv"): OpenApiTypes.STR},
    )
    def rejected_csv(self, request: Request, pk: int) -> StreamingHttpResponse:
        upload = ClientUpload.objects.get(pk=pk)
        record(Action.IMPORT_REJECTED_EXPORTED, object_id=pk, object_name=upload.file_name)
        file = RejectedCsv(upload.names or ["content"], upload.separator or ",")
        lines = written_csv(file.header, _rows(pk, file), separator=file.separator)
        headers: dict[str, Any] = {
            # The name tells the import of the corrected lines which one this was: see `uploads.layout`.
            "Content-Disposition": f'attachment; filename="import-{pk}-rejected.csv"'
        }
        return StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8", headers=headers)


def _rows(upload_id: int, file: RejectedCsv) -> Iterator[list[str]]:
    last, lines = 0, RejectedLine.objects.filter(upload=upload_id).order_by("pk")
    while some := list(lines.filter(pk__gt=last)[:CHUNK_ROWS]):
        last = some[-1].pk
        for line in some:
            yield file.row(line=line.line, reason=line.reason, content=line.content, field=line.field)
