"""The client knows what the document says, and nothing else."""

import inspect
import json
import tomllib
from dataclasses import MISSING, fields, is_dataclass
from pathlib import Path
from types import NoneType
from typing import Any, get_args, get_type_hints

import pytest

from notification_service_client import AsyncClient, Client, models
from notification_service_client.describe import (
    clients,
    consents,
    inbound,
    mailings,
    messages,
    opt_outs,
    segments,
    templates,
    webhooks,
)
from notification_service_client.encoding import json_name
from notification_service_client.version import VERSION

ROOT = Path(__file__).parents[2]
DOCUMENT = json.loads((ROOT / "tests/api/openapi.json").read_text())
SCHEMAS = DOCUMENT["components"]["schemas"]
OURS = {"etag"}  # of the response's head
# What generators would confuse with a name of their own.
CALLED_OTHERWISE = {"Client": "DirectoryClient", "Minute": "TimelineMinute"}
MODELS = {
    schema: kind
    for name, kind in vars(models).items()
    if is_dataclass(kind) and (schema := CALLED_OTHERWISE.get(name, name)) in SCHEMAS
}
QUERIES = {
    "/api/v1/clients/": clients.ClientQuery,
    "/api/v1/mailings/": mailings.MailingQuery,
    "/api/v1/messages/": messages.MessageQuery,
    "/api/v1/opt-outs/": opt_outs.OptOutQuery,
    "/api/v1/consents/": consents.ConsentQuery,
    "/api/v1/inbound/": inbound.InboundQuery,
    "/api/v1/webhooks/{id}/deliveries/": webhooks.DeliveryQuery,
}
BODIES = {
    "PatchedDirectoryClientRequest": clients.ClientChanges,
    "PatchedMailingRequest": mailings.MailingChanges,
    "PatchedTemplateRequest": templates.TemplateChanges,
    "PatchedSegmentRequest": segments.SegmentChanges,
    "PatchedWebhookRequest": webhooks.WebhookChanges,
}


def test_most_schemas_have_a_model() -> None:
    names = {
        "DirectoryClient",
        "TimelineMinute",
        "Mailing",
        "MailingInfo",
        "MessageDetail",
        "Gateway",
        "FullInfo",
        "Webhook",
        "WebhookDelivery",
        "Inbound",
    }
    assert names <= MODELS.keys()


@pytest.mark.parametrize("name", MODELS)
def test_a_model_has_the_fields_of_its_schema(name: str) -> None:
    known = {json_name(field.name) for field in fields(MODELS[name])} - OURS
    assert known == SCHEMAS[name]["properties"].keys()


@pytest.mark.parametrize("name", MODELS)
def test_a_field_may_be_none_where_the_schema_says_null(name: str) -> None:
    hints = get_type_hints(MODELS[name])
    always = [field.name for field in fields(MODELS[name]) if field.default is MISSING]
    optional = {field for field in always if NoneType in get_args(hints[field])}
    assert optional == {field for field, schema in SCHEMAS[name]["properties"].items() if may_be_null(schema)}


def may_be_null(schema: Any) -> bool:
    return "null" in schema.get("type", ()) or {"type": "null"} in schema.get("oneOf", ())


@pytest.mark.parametrize("path", QUERIES)
def test_a_list_takes_the_filters_of_the_document(path: str) -> None:
    parameters = {each["name"] for each in DOCUMENT["paths"][path]["get"]["parameters"]}
    assert QUERIES[path].__annotations__.keys() == parameters - {"cursor", "expand", "id"}


@pytest.mark.parametrize("name", BODIES)
def test_an_update_takes_the_fields_of_the_document(name: str) -> None:
    assert get_type_hints(BODIES[name]).keys() == SCHEMAS[name]["properties"].keys()


def calls(kind: type[Client | AsyncClient]) -> dict[str, inspect.Signature]:
    client = kind("http://127.0.0.1", "key")
    return {
        f"{resource}.{name}": inspect.signature(call)
        for resource in (
            *("clients", "mailings", "messages", "opt_outs", "consents", "segments", "gateways"),
            *("templates", "inbound", "webhooks"),
        )
        for name, call in vars(getattr(client, resource)).items()
    }


def test_both_clients_have_the_same_calls() -> None:
    assert calls(Client) == calls(AsyncClient)
    assert len(calls(Client)) == 63


def test_the_client_has_the_services_version() -> None:
    ours = tomllib.loads((ROOT / "clients/python/pyproject.toml").read_text())["project"]
    service = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert VERSION == ours["version"] == service["version"]
    assert (ROOT / "clients/python/LICENSE").read_text() == (ROOT / "LICENSE").read_text()
