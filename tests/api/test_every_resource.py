"""What holds for each resource of the document, whichever is added."""

import json
from typing import Any

import pytest

from tests.api.answers import body_of
from tests.api.conftest import Api, session_with
from tests.api.test_examples import _requests, ids  # noqa: F401 (a fixture)
from tests.api.test_openapi import SNAPSHOT

PATHS = json.loads(SNAPSHOT.read_text())["paths"]
WRITES = ("put", "patch")
MOVING = {"updated_at", "clients"}


def _sent_back() -> list[tuple[str, str]]:
    with_get = [(path, methods) for path, methods in PATHS.items() if "get" in methods]
    return [(method, path) for path, methods in with_get for method in WRITES if method in methods]


def _address(path: str, known: dict[str, int]) -> str:
    parts = path.split("/")
    return path.format(id=known.get(parts[3], 1), name="main", phone="79031112233", key="none")


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), _sent_back())
def test_what_get_returned_can_be_sent_back_to_every_resource(
    admin: Api,
    ids: dict[str, int],  # noqa: F811
    method: str,
    path: str,
) -> None:
    address = _address(path, ids)
    body = body_of(admin.get(address))
    answer = admin.send(method.upper(), address, json.dumps(body).encode())  # null, too
    assert answer.status_code == 200, body_of(answer)
    assert _fixed(body_of(answer)) == _fixed(body)


def _fixed(body: Any) -> Any:
    return body and {name: value for name, value in body.items() if name not in MOVING}


def _changes() -> list[Any]:
    bare = [
        pytest.param(method, path, "application/json", None, id=f"{method} {path}")
        for path, methods in PATHS.items()
        for method, operation in methods.items()
        if method != "get" and "requestBody" not in operation
    ]
    return [*bare, *_requests()]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("method", "path", "media_type", "value"), _changes())
def test_no_request_fails_of_itself_while_the_database_takes_no_changes(
    admin: Api,
    ids: dict[str, int],  # noqa: F811
    method: str,
    path: str,
    media_type: str,
    value: Any,
) -> None:
    body = value.encode() if isinstance(value, str) else value
    address = _address(path, ids)
    with session_with(default_transaction_read_only="on"):
        answer = admin.send(method.upper(), address, body, content_type=media_type)
    assert answer.status_code == 503 or answer.status_code < 500, answer.content
