import json
from collections.abc import Mapping
from typing import Any, TypeVar

from notification_service_client.encoding import write
from notification_service_client.models import Client, Mailing, Segment, Template, Webhook
from notification_service_client.request import Request

T = TypeVar("T")
Row = Client | Mailing | Segment | Template | Webhook | int


def read(path: str, result: type[T], query: Mapping[str, Any] | None = None) -> Request[T]:
    return Request("GET", path, result, query=write(query or {}), repeatable=True)


def send(method: str, path: str, result: type[T], body: object, **rest: Any) -> Request[T]:
    headers = {"Content-Type": "application/json", **rest.pop("headers", {})}
    return Request(method, path, result, content=json.dumps(write(body)).encode(), headers=headers, **rest)


def address(collection: str, row: Row) -> str:
    return f"/api/v1/{collection}/{row if isinstance(row, int) else row.id}/"


def if_unchanged(row: Row) -> dict[str, str]:
    """By id, or without an ETag, it is changed whatever became of it."""
    return {} if isinstance(row, int) or row.etag is None else {"If-Match": row.etag}


def change(method: str, path: str, result: type[T], row: Row, body: object = None) -> Request[T]:
    """Repeatable under If-Match: the service answers 200 where it is already as it was asked for."""
    headers = if_unchanged(row)
    if body is None:
        return Request(method, path, result, headers=headers, repeatable=bool(headers))
    return send(method, path, result, body, headers=headers, repeatable=bool(headers))
