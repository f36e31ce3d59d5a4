"""The document: as committed, valid, and true in its examples."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator, validate

from notification_service.api.openapi.examples import REQUESTS, RESPONSES
from tests.api.answers import body_of
from tests.api.conftest import Api

SNAPSHOT = Path(__file__).parent / "openapi.json"
REFRESH = "make openapi"

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(stranger: Api) -> dict[str, Any]:
    answer: dict[str, Any] = body_of(stranger.get("/openapi.json"))
    return answer


def _operations(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [operation for path in document["paths"].values() for operation in path.values()]


def test_the_openapi_document_equals_the_committed_snapshot(document: dict[str, Any]) -> None:
    assert document == json.loads(SNAPSHOT.read_text()), f"the document changed; if meant, run: {REFRESH}"


def test_the_openapi_document_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    validate(document, cls=OpenAPIV31SpecValidator)


def test_the_openapi_document_is_written_without_warnings(tmp_path: Path) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(tmp_path / "openapi.yaml"))


def test_every_operation_has_a_summary_and_a_description(document: dict[str, Any]) -> None:
    bare = [
        o["operationId"] for o in _operations(document) if not (o.get("summary") and o.get("description"))
    ]
    assert bare == []


def test_every_operation_has_examples_and_documents_its_errors(document: dict[str, Any]) -> None:
    bare = []
    for operation in _operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        contents = [media for body in bodies for media in body.get("content", {}).values()]
        if not all(media.get("examples") or media.get("example") for media in contents):
            bare.append(operation["operationId"])
        assert {"400", "401", "403"} <= set(operation["responses"])
    assert bare == []


def test_every_example_belongs_to_an_operation(document: dict[str, Any]) -> None:
    assert set(REQUESTS) | set(RESPONSES) <= {operation["operationId"] for operation in _operations(document)}


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for media in _media_types(document):
        for example in media.get("examples", {}).values():
            # The reference is looked up in the document around it.
            schema = {**media["schema"], "components": document["components"]}
            Draft202012Validator(schema).validate(example["value"])
            checked += 1
    assert checked > 30


def _media_types(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [media for item in node for media in _media_types(item)]
    if not isinstance(node, dict):
        return []
    found = list(node["content"].values()) if isinstance(node.get("content"), dict) else []
    return found + [media for value in node.values() for media in _media_types(value)]


def test_every_id_is_bounded_to_a_positive_int64(document: dict[str, Any]) -> None:
    parameters = [
        p for o in _operations(document) for p in o.get("parameters", []) if p["name"] in ("id", "pk")
    ]
    assert {(p["schema"]["minimum"], p["schema"]["maximum"]) for p in parameters} == {(1, 2**63 - 1)}


@pytest.mark.parametrize("path", ["/docs/", "/redoc/"])
def test_the_documentation_pages_load_nothing_from_other_sites(stranger: Api, path: str) -> None:
    answer = stranger.get(path)
    page = answer.content.decode()
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', page)
    assert {_status(stranger, address) for address in loaded} == {200}
    assert "//" not in "".join(loaded)
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")


def _status(caller: Api, address: str) -> int:
    answer = caller.get(address)
    answer.close()
    return int(answer.status_code)
