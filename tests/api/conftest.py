"""A caller of the API, with either scope."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection
from django.test import Client as HttpClient

from notification_service.access.models import ApiKey


class Api:
    """Sends JSON with an API key, as a program would."""

    def __init__(self, key: str | None) -> None:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        self.http = HttpClient(headers=headers)

    def get(self, path: str, **query: Any) -> Any:
        return self.http.get(path, query)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any) -> Any:
        return self.send("PUT", path, body)

    def patch(self, path: str, body: Any) -> Any:
        return self.send("PATCH", path, body)

    def delete(self, path: str) -> Any:
        return self.send("DELETE", path)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        content_type = headers.pop("content_type", "application/json")
        return self.http.generic(method, path, data, content_type, headers=headers or None)


@pytest.fixture
def write_key(db: None) -> str:
    return ApiKey.issue(name="writer", scope="write", pii=True)[1]


@pytest.fixture
def read_key(db: None) -> str:
    return ApiKey.issue(name="reader", scope="read", pii=True)[1]


@pytest.fixture
def api(write_key: str) -> Api:
    return Api(write_key)


@pytest.fixture
def reader(read_key: str) -> Api:
    return Api(read_key)


@pytest.fixture
def admin(db: None) -> Api:
    return Api(ApiKey.issue(name="admin", scope="admin", pii=True)[1])


@pytest.fixture
def stranger(db: None) -> Api:
    return Api(None)


@contextmanager
def session_with(**values: str) -> Iterator[None]:
    """The connection that requests are answered over."""
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute("SELECT set_config(%s, %s, false)", [name, value])
    try:
        yield
    finally:
        connection.close()
