from collections.abc import Iterator, Mapping

from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404

from notification_service.audit.actions import Action
from notification_service.console.imports.labels import field_words, reason_of
from notification_service.console.parts.csv_export import csv_response, file_response, record_export
from notification_service.console.parts.export_rows import Row, in_order
from notification_service.directory.importing.rejected_file import RejectedCsv, rejected_object
from notification_service.directory.models import ClientUpload, RejectedLine


def rejected(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The file's name tells the import of the corrected lines which one this was: see `uploads.layout`."""
    upload = get_object_or_404(ClientUpload, pk=pk)
    record_export(request, Action.IMPORT_REJECTED_EXPORTED, object_id=pk, object_name=upload.file_name)
    lines, name = RejectedLine.objects.filter(upload_id=pk), f"import-{pk}-rejected"
    if upload.file_format == ClientUpload.Format.NDJSON:
        return file_response(f"{name}.ndjson", _objects(lines), content_type="application/x-ndjson")
    file = RejectedCsv(upload.names or ["content"], upload.separator or ",")
    rows = _rows(lines, file, field_words(upload.language))
    return csv_response(f"{name}.csv", file.header, rows, separator=file.separator)


def _rows(lines: QuerySet[RejectedLine], file: RejectedCsv, words: Mapping[str, str]) -> Iterator[Row]:
    for some in in_order(lines):
        for line in some:
            reason = reason_of(line, words)
            yield file.row(line=line.line, reason=reason, content=line.content, field=line.field)


def _objects(lines: QuerySet[RejectedLine]) -> Iterator[str]:
    for some in in_order(lines):
        for line in some:
            yield rejected_object(line=line.line, reason=line.reason, content=line.content) + "\n"
