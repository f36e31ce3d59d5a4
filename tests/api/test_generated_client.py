"""What a client that is generated from the document does to what it touches."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from notification_service.api.views.docs import document
from notification_service.mailings.templates import create_template
from tests.api.answers import body_of
from tests.api.conftest import Api
from tests.api.test_gateways import administrator  # noqa: F401 (a fixture)
from tests.factories import make_client, make_gateway, make_mailing

pytestmark = pytest.mark.django_db

PATCHES: dict[str, dict[str, Any]] = {
    "/api/v1/clients/{id}/": {
        "phone": "79990000001",
        "operator_code": "901",
        "tag": "new",
        "tags": ["new", "regular"],
        "timezone": "Asia/Omsk",
        "external_id": "crm-2",
        "attributes": {"name": "Boris"},
    },
    "/api/v1/mailings/{id}/": {
        "name": "Spring sale",
        "topic": "news",
        "requires_consent": True,
        "ignores_opt_outs": False,
        "text": "Bye",
        "start_at": "2020-01-01T00:00:00Z",
        "end_at": "2100-01-02T00:00:00Z",
        "filter": {"operator_codes": ["901"]},
        "send_window": {"from": "10:00", "to": "20:00"},
        "ignores_contact_hours": False,
        "spread_minutes": 60,
        "on_unknown": "send_again",
        "gateway": "main",
        "failover": False,
        "reference": "crm-3",
    },
    "/api/v1/templates/{id}/": {"name": "Renamed", "text": "{{name}}"},
    "/api/v1/gateways/{id}/": {
        "name": "renamed",
        "kind": "form_sms",
        "url": "http://8.8.4.4",
        "config": {"url": "http://8.8.8.8/?{{phone}}={{text}}", "accepted": [{"status": [200]}]},
        "token": "secret",
        "token_variable": "GATEWAY_TOKEN_NEW",
        "tls_ca": "",
        "tls_certificate": "",
        "tls_key": "",
        "connect_timeout_seconds": 2,
        "request_timeout_seconds": 8,
        "max_requests_per_second": 100,
        "max_concurrency": 10,
        "priority": 3,
        "enabled": True,
    },
}
CONDITION = {"$ref": "#/components/schemas/Condition"}
# What a field brings along, as its description says.
FOLLOWING = {
    "phone": "operator_code",
    "tag": "tags",
    "tags": "tag",
    "config": "kind",
    "tls_key": "tls_certificate",
}
# What cannot be patched alone.
TOGETHER = {"config": {"kind": "http"}, "tls_key": {"tls_certificate": ""}}
ONLY_WRITTEN = {"token", "tls_key"}


class GeneratedClient:
    """Builds a body as pydantic's models and those of most generators do: with the defaults it was told."""

    def __init__(self) -> None:
        self.document = json.loads(document())

    def request_schema(self, path: str, method: str) -> Any:
        body = self.document["paths"][path][method]["requestBody"]
        return self.resolve(body["content"]["application/json"]["schema"])

    def response_schema(self, path: str, method: str, status: int) -> Any:
        response = self.document["paths"][path][method]["responses"][str(status)]
        return self.resolve(response["content"]["application/json"]["schema"])

    def resolve(self, schema: Any) -> Any:
        (reference,) = schema.get("allOf", [schema])
        if "$ref" not in reference:
            return schema
        found = self.document
        for part in reference["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return found

    def fill_in(self, schema: Any, given: Any) -> Any:
        if not isinstance(given, dict):
            return given
        fields = {name: self.resolve(field) for name, field in schema.get("properties", {}).items()}
        defaults = {name: field["default"] for name, field in fields.items() if "default" in field}
        return defaults | {name: self.fill_in(fields.get(name, {}), value) for name, value in given.items()}


@pytest.fixture
def ids() -> dict[str, int]:
    """Something of each kind, nothing in it as it is by default."""
    tls = {"tls_ca": "authority", "tls_certificate": "certificate", "tls_key_encrypted": b"key"}
    gateway = make_gateway(max_requests_per_second=5, max_concurrency=7, enabled=False, priority=9, **tls)
    settings: dict[str, Any] = {
        "tags": ["vip"],
        "window_from": "09:00",
        "window_to": "21:00",
        "on_unknown": "give_up",
    }
    settings |= {"ignores_contact_hours": True, "ignores_opt_outs": True, "topic": "sales"}
    return {
        "/api/v1/clients/{id}/": make_client(tag="vip", operator_code="999", attributes={"age": 30}).pk,
        "/api/v1/mailings/{id}/": make_mailing(gateway=gateway, failover=True, **settings).pk,
        "/api/v1/gateways/{id}/": gateway.pk,
        "/api/v1/templates/{id}/": create_template(name="Order", text="Hello").pk,
    }


@pytest.mark.parametrize(
    ("path", "field"), [(path, field) for path, values in PATCHES.items() for field in values]
)
def test_a_generated_client_that_patches_one_field_changes_no_other(
    administrator: Api,  # noqa: F811
    ids: dict[str, int],
    path: str,
    field: str,
) -> None:
    client, url = GeneratedClient(), path.format(id=ids[path])
    schema = client.request_schema(path, "patch")
    before = body_of(administrator.get(url))
    answer = administrator.patch(
        url, client.fill_in(schema, {field: PATCHES[path][field], **TOGETHER.get(field, {})})
    )
    assert answer.status_code == 200, answer.content
    after = body_of(administrator.get(url))
    changed = {name for name in schema["properties"].keys() - ONLY_WRITTEN if before[name] != after[name]}
    assert changed - {FOLLOWING.get(field)} == {field} - ONLY_WRITTEN


@pytest.mark.parametrize("path", PATCHES)
def test_every_field_that_can_be_patched_is_tried(path: str) -> None:
    assert GeneratedClient().request_schema(path, "patch")["properties"].keys() == PATCHES[path].keys()


def test_nothing_in_a_patch_or_in_a_response_has_a_default() -> None:
    client = GeneratedClient()
    found = [
        f"{method} {path}: {place}"
        for path, methods in client.document["paths"].items()
        for method, operation in methods.items()
        for place in _defaults(client, _bodies(operation, method))
    ]
    assert found == []


def _bodies(operation: Any, method: str) -> list[Any]:
    bodies = list(operation["responses"].values())
    return [*bodies, operation["requestBody"]] if method == "patch" else bodies


def _defaults(client: GeneratedClient, node: Any, place: str = "") -> Iterator[str]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _defaults(client, item, f"{place}/{index}")
    elif isinstance(node, dict) and node != CONDITION:  # which has conditions in it
        if "default" in node and "type" in node:
            yield place
        for name, item in client.resolve(node).items() if "$ref" in node else node.items():
            if name not in ("examples", "example"):
                yield from _defaults(client, item, f"{place}/{name}")


@pytest.mark.parametrize("path", PATCHES)
def test_a_response_has_the_fields_that_the_document_requires(
    administrator: Api,  # noqa: F811
    ids: dict[str, int],
    path: str,
) -> None:
    schema = GeneratedClient().response_schema(path, "get", 200)
    body = body_of(administrator.get(path.format(id=ids[path])))
    assert (sorted(body), sorted(schema["properties"])) == (schema["required"], schema["required"])
