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


def test_every_operation_says_when_to_come_again(document: dict[str, Any]) -> None:
    for operation in _operations(document):
        for status, headers in (
            ("429", {"Retry-After", "RateLimit", "RateLimit-Policy"}),
            ("503", {"Retry-After"}),
        ):
            name = operation["responses"][status]["$ref"].rpartition("/")[2]
            assert set(document["components"]["responses"][name]["headers"]) == headers


def test_every_post_that_makes_something_takes_an_idempotency_key(document: dict[str, Any]) -> None:
    """But for one that answers 200 if there is such a thing already."""
    posts = [methods["post"] for methods in document["paths"].values() if "post" in methods]
    making = [each for each in posts if "201" in each["responses"] and "200" not in each["responses"]]
    assert len(making) >= 3
    for operation in making:
        assert "Idempotency-Key" in {each["name"] for each in operation["parameters"]}
        assert {"Location", "Idempotency-Replayed"} <= set(operation["responses"]["201"]["headers"])


def test_every_row_with_a_tag_can_be_changed_by_it(document: dict[str, Any]) -> None:
    tagged = {
        path
        for path, methods in document["paths"].items()
        if "ETag" in methods.get("get", {"responses": {}})["responses"].get("200", {}).get("headers", {})
    }
    assert tagged
    for path in tagged:
        for method, operation in document["paths"][path].items():
            if method != "get":
                assert "If-Match" in {each["name"] for each in operation["parameters"]}
                assert "412" in operation["responses"]


def test_every_success_is_described(document: dict[str, Any]) -> None:
    said = {
        response["description"]
        for operation in _operations(document)
        for status, response in operation["responses"].items()
        if status.startswith("2")
    }
    assert said - {"", "No response body"} == said


def test_an_operation_names_the_scope_that_its_key_needs(document: dict[str, Any]) -> None:
    paths = document["paths"]
    session: dict[str, list[str]] = {"consoleSession": []}
    token = session | {"csrfToken": []}
    assert paths["/api/v1/clients/"]["get"]["security"] == [{"apiKey": ["read"]}, session]
    assert paths["/api/v1/clients/"]["post"]["security"] == [{"apiKey": ["write"]}, token]
    assert paths["/api/v1/mailings/audience/"]["post"]["security"] == [{"apiKey": ["read"]}, token]
    assert paths["/api/v1/gateways/"]["post"]["security"] == [{"apiKey": ["admin"]}, token]
    assert paths["/api/v1/audit/"]["get"]["security"] == [{"apiKey": ["admin"]}, session]
    used = {name for o in _operations(document) for way in o["security"] for name in way}
    assert used == set(document["components"]["securitySchemes"])


def test_no_field_of_a_request_has_a_default_but_in_words(document: dict[str, Any]) -> None:
    """TypeScript's types would ask for it, and others would send it."""
    schemas = document["components"]["schemas"]
    defaults = [
        f"{name}.{field}"
        for name, schema in schemas.items()
        for field, described in schema.get("properties", {}).items()
        if "default" in described
    ]
    assert defaults == []
    assert "Where absent: `send_again`".replace("`send_again`", '`"send_again"`') in str(
        schemas["MailingRequest"]["properties"]["on_unknown"]
    )


def test_no_schema_has_a_name_that_generators_use(document: dict[str, Any]) -> None:
    assert {"Client", "Error", "Response", "Request"} & set(document["components"]["schemas"]) == set()


def test_the_document_speaks_of_no_code(document: dict[str, Any]) -> None:
    """A docstring for whoever reads the code is not for whoever calls the API."""
    words = json.dumps([o["description"] for o in _operations(document)])
    words += json.dumps(
        [schema.get("description", "") for schema in document["components"]["schemas"].values()]
    )
    for name in ("serializer", "Serializer", "queryset", "Raises", "Django", "docs/decisions"):
        assert name not in words


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


@pytest.mark.parametrize("path", ["/docs/", "/redoc/", "/docs/problems/", "/docs/getting-started/"])
def test_the_documentation_pages_load_nothing_from_other_sites(stranger: Api, path: str) -> None:
    answer = stranger.get(path)
    page = answer.content.decode()
    loaded = re.findall(r'(?:src|<link[^>]* href)="([^"]+)"', page)
    assert {_status(stranger, address) for address in loaded} <= {200}
    assert "//" not in "".join(loaded)
    assert answer["Content-Security-Policy"].startswith("default-src 'self'")


def _status(caller: Api, address: str) -> int:
    answer = caller.get(address)
    answer.close()
    return int(answer.status_code)
