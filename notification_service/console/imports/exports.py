from collections.abc import Iterator

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from notification_service.audit.actions import Action
from notification_service.console.parts.csv_export import csv_response, record_export
from notification_service.console.parts.export_rows import Row, in_order
from notification_service.directory.models import ClientUpload, RejectedLine

HEADER = ["line", "field", "reason", "content"]


def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    upload = get_object_or_404(ClientUpload, pk=pk)
    record_export(request, Action.IMPORT_REJECTED_EXPORTED, object_id=pk, object_name=upload.file_name)
    rows = rejected_rows(RejectedLine.objects.filter(upload_id=pk))
    return csv_response(f"import-{pk}-rejected.csv", HEADER, rows)


def rejected_rows(lines: QuerySet[RejectedLine]) -> Iterator[Row]:
    for some in in_order(lines):
        for line in some:
            yield [line.line, line.field, line.reason, line.content]
