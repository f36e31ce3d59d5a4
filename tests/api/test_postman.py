"""The collection for Postman and Bruno has every operation of the document."""

import json
import re
from typing import Any

import pytest

from tests.api.conftest import Api
from tests.api.postman import COLLECTION, DOCUMENT, written

DESCRIBED = json.loads(DOCUMENT.read_text())
WRITTEN = json.loads(COLLECTION.read_text())


def requests() -> list[Any]:
    return [item["request"] for folder in WRITTEN["item"] for item in folder["item"]]


def test_the_collection_is_that_of_the_document() -> None:
    assert COLLECTION.read_text() == written(DESCRIBED), "run: make openapi"


def test_the_collection_has_every_operation() -> None:
    operations = [
        (method.upper(), path) for path, methods in DESCRIBED["paths"].items() for method in methods
    ]
    found = [(each["method"], re.sub(r"/:(\w+)", r"/{\1}", each["url"]["raw"])) for each in requests()]
    assert sorted(found) == sorted((method, "{{url}}" + path) for method, path in operations)


@pytest.mark.django_db
@pytest.mark.parametrize("path", ["/api/v1/clients/", "/api/v1/mailings/", "/api/v1/clients/import/"])
def test_a_request_of_the_collection_succeeds_as_it_stands(api: Api, path: str) -> None:
    [request] = [
        each for each in requests() if (each["method"], each["url"]["raw"]) == ("POST", "{{url}}" + path)
    ]
    [media_type] = [head["value"] for head in request["header"] if not head.get("disabled")]
    answer = api.post(path, request["body"]["raw"].encode(), content_type=media_type)
    assert answer.status_code in (200, 201), answer.content
