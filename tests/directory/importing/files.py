"""Files for the import's tests, and what became of them."""

import io
from typing import Any

from notification_service.directory.importing import FileFormat, ImportResult
from notification_service.directory.models import Client
from notification_service.mailings.client_changes import import_clients

Counts = tuple[int, int, int, int]


def import_csv(content: str | bytes, **options: Any) -> ImportResult:
    return import_file(content, FileFormat.CSV, **options)


def import_ndjson(content: str | bytes, **options: Any) -> ImportResult:
    return import_file(content, FileFormat.NDJSON, **options)


def import_file(content: str | bytes, file_format: FileFormat, **options: Any) -> ImportResult:
    body = content.encode() if isinstance(content, str) else content
    result = import_clients(io.BytesIO(body).read, file_format=file_format, **options)
    assert result.received == sum(counts(result))
    return result


def counts(result: ImportResult) -> Counts:
    """Created, updated, unchanged, rejected."""
    return (result.created, result.updated, result.unchanged, result.rejected)


def reasons(result: ImportResult) -> dict[int, str]:
    return {error.line: error.reason for error in result.errors}


def directory(*columns: str) -> list[tuple[Any, ...]]:
    return list(Client.objects.alive().order_by("phone").values_list(*columns))
