"""Any number of rows as CSV, written while they are read, and harmless in a spreadsheet."""

import csv
import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.http import HttpRequest, StreamingHttpResponse

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.spreadsheets import guarded

BYTE_ORDER_MARK = "\ufeff"  # without it Excel reads UTF-8 as the local code page
FILTERS = (
    "status",
    "q",
    "phone",
    "id",
    "tag",
    "code",
    "zone",
    "reason",
    "cause",
    "said",
    "mailing",
    "delivery",
)


def record_export(request: HttpRequest, action: Action, **about: Any) -> None:
    """Record it when it begins: the server does not know whether all of it was downloaded."""
    filters = {name: value for name in FILTERS if (value := request.GET.get(name, "").strip())}
    if "phone" in filters:
        filters["phone"] = re.sub(r"\D", "", filters["phone"], flags=re.ASCII)[:4] + "***"
    record(action, filters=filters or None, **about)


def csv_response(
    name: str, header: list[str], rows: Iterable[Iterable[Any]], *, separator: str = ","
) -> StreamingHttpResponse:
    return file_response(name, csv_lines(header, rows, separator), content_type="text/csv; charset=utf-8")


def file_response(name: str, lines: Iterable[str], *, content_type: str) -> StreamingHttpResponse:
    response = StreamingHttpResponse(lines, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


class _Echo:
    def write(self, text: str) -> str:
        return text


def csv_lines(header: list[str], rows: Iterable[Iterable[Any]], separator: str) -> Iterator[str]:
    writer = csv.writer(_Echo(), quoting=csv.QUOTE_ALL, delimiter=separator)
    yield BYTE_ORDER_MARK + writer.writerow(map(guarded, header))
    for row in rows:
        yield writer.writerow([guarded(value) if isinstance(value, str) else value for value in row])
