"""Rows of any number as CSV, written while they are read, and harmless to a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.spreadsheets import guarded

BYTE_ORDER_MARK = "\ufeff"  # without it Excel takes UTF-8 for the local code page
FILTERS = ("status", "q", "phone", "id", "tag", "code", "zone", "reason")


def record_export(request: HttpRequest, action: Action, **about: Any) -> None:
    """When it begins: whether all of it was taken away, the server does not know."""
    filters = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip())}
    if "phone" in filters:
        filters["phone"] = re.sub(r"\D", "", filters["phone"], flags=re.ASCII)[:4] + "***"
    record(action, filters=filters or None, **about)


def csv_response(name: str, header: list[str], rows: Iterable[Iterable[Any]]) -> StreamingHttpResponse:
    response = StreamingHttpResponse(_lines(header, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def _lines(header: list[str], rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL)
    yield BYTE_ORDER_MARK + writer.writerow(header)
    for row in rows:
        yield writer.writerow([guarded(value) if isinstance(value, str) else value for value in row])
