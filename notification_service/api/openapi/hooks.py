"""The last step of the document: what is the same for every operation."""

import json
from collections.abc import Iterator
from typing import Any

from notification_service.api.openapi.conditions import SCHEMAS
from notification_service.api.openapi.errors import (
    ERROR_RESPONSES,
    IF_MATCH,
    PROBLEM,
    QUOTA,
    error_responses,
)
from notification_service.api.openapi.examples import FILES, REQUESTS, RESPONSES
from notification_service.api.openapi.schema import CSRF
from notification_service.api.openapi.webhook_events import webhooks
from notification_service.api.openapi.words import SUCCESS

Document = dict[str, Any]
# In every other response, each field is always there.
FIELDS_MAY_BE_ABSENT = {"AudienceFilter", "ClientFilter", "ExcludedFilter", "Expanded", "Problem"}
ONLY_IF_ASKED = {"expanded"}
CHANGES = {"update", "partial_update", "put_by_phone", "destroy", "pause", "resume", "cancel"}
CSRF_TOKEN = {
    "type": "apiKey",
    "in": "header",
    "name": "X-CSRFToken",
    "description": "The value of the cookie `csrftoken`.",
}
VERSIONED = {
    "clients",
    "gateways",
    "mailings",
    "segments",
    "templates",
    "webhooks",
}  # whose rows have an ETag
LOCATION = {
    "Location": {
        "description": "The address of what was made.",
        "required": True,
        "schema": {"type": "string", "format": "uri"},
    },
}
REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true`: the answer to an earlier request with this key.",
        "schema": {"type": "string", "const": "true"},
    },
}
ETAG = {"description": "For `If-Match`.", "required": True, "schema": {"type": "string"}}
EMPTY_TEXT = {"type": "string", "maxLength": 0}


def finish(result: Document, **_context: Any) -> Document:
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = ERROR_RESPONSES
    components["headers"] = QUOTA
    components["securitySchemes"][CSRF] = CSRF_TOKEN
    _forbid_unknown_fields(components["schemas"])
    _unite_blank_texts(components["schemas"])
    _fill_in_nothing(components["schemas"])
    _require_what_is_always_there(components["schemas"])
    _name_attribute_values(components["schemas"])
    components["schemas"] |= SCHEMAS
    result["webhooks"] = webhooks()
    for path, operation in _operations(result):
        _add_versions(operation)
        _add_location(operation)
        _add_quota(operation)
        operation["responses"].update(error_responses(path, operation))
        _describe_success(operation)
        _add_examples(operation)
    _drop_unused(result)
    return result


def _drop_unused(result: Document) -> None:
    """Drop the schemas that drf-spectacular writes for requests of fields that only responses have."""
    schemas = result["components"]["schemas"]
    said = json.dumps(result)
    for name in [name for name in schemas if f'"#/components/schemas/{name}"' not in said]:
        del schemas[name]


def _operations(result: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in result["paths"].items():
        for operation in methods.values():
            yield path, operation


def _forbid_unknown_fields(schemas: Document) -> None:
    for name, schema in schemas.items():
        if name.endswith("Request") and "oneOf" not in schema:
            schema["additionalProperties"] = False


def _unite_blank_texts(schemas: Document) -> None:
    """drf-spectacular adds the empty text to a pattern that allows it: a `oneOf` in which both match."""
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if EMPTY_TEXT in field.get("oneOf", []):
                field.update(field.pop("oneOf")[0])


def _fill_in_nothing(schemas: Document) -> None:
    """Say a default in words, and not of a PATCH.

    A generated client sends the default of each field that its caller left out: a PATCH would reset it. A
    client in TypeScript even requires a field that has a default.
    """
    for name, schema in schemas.items():
        is_whole = name.endswith("Request") and not name.startswith("Patched")
        for field in schema.get("properties", {}).values():
            default = field.pop("default", None)
            if is_whole and default is not None:
                words = field.get("description", "").rstrip()
                field["description"] = f"{words} Where absent: `{json.dumps(default)}`.".lstrip()


def _name_attribute_values(schemas: Document) -> None:
    """Give them one name: otherwise a generator makes seven types of them, and numbers them."""
    for schema in list(schemas.values()):
        field = schema.get("properties", {}).get("attributes")
        if field and "anyOf" in field.get("additionalProperties", {}):
            schemas["AttributeValue"] = field["additionalProperties"]
            field["additionalProperties"] = {"$ref": "#/components/schemas/AttributeValue"}


def _describe_success(operation: Document) -> None:
    name = operation["operationId"]
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response["description"] = _success(name)


def _require_what_is_always_there(schemas: Document) -> None:
    for name, schema in schemas.items():
        if "properties" in schema and not name.endswith("Request") and name not in FIELDS_MAY_BE_ABSENT:
            schema["required"] = sorted(schema["properties"].keys() - ONLY_IF_ASKED)


def _add_versions(operation: Document) -> None:
    kind, _, what = operation["operationId"].partition("_")
    if kind not in VERSIONED or what not in {"create", "retrieve", *CHANGES}:
        return
    if what in CHANGES:
        operation["parameters"].append(IF_MATCH)
    for status in operation["responses"].keys() & {"200", "201"}:
        # A repeated answer has none: the row may have changed since.
        tag = {**ETAG, "required": status == "200"}
        operation["responses"][status].setdefault("headers", {})["ETag"] = tag


def _add_location(operation: Document) -> None:
    is_once = any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", []))
    made = {"200", "201", "202"} if is_once else {"201"}
    for status in operation["responses"].keys() & made:
        headers = (LOCATION if status == "201" else {}) | (REPLAYED if is_once else {})
        operation["responses"][status].setdefault("headers", {}).update(headers)


def _add_quota(operation: Document) -> None:
    for status, response in operation["responses"].items():
        if status.startswith("2"):
            response["headers"] = {
                **response.get("headers", {}),
                **{name: {"$ref": f"#/components/headers/{name}"} for name in QUOTA},
            }


def _add_examples(operation: Document) -> None:
    name = operation["operationId"]
    if name in FILES or (name in REQUESTS and not name.endswith("partial_update")):
        operation["requestBody"]["required"] = True
    for media_type, body in operation.get("requestBody", {"content": {}})["content"].items():
        body["examples"] = REQUESTS.get(name) or {"example": {"value": FILES[name][media_type]}}
    for status, response in operation["responses"].items():
        if status.startswith("2") and name in RESPONSES and "content" in response:
            for body in response["content"].values():
                body["examples"] = RESPONSES[name]


def _success(operation: str) -> str:
    """By the longest end of its id that has words: all of `contact_hours_retrieve`, or `retrieve`."""
    parts = operation.split("_")
    ends = ("_".join(parts[start:]) for start in range(len(parts)))
    return next((SUCCESS[end] for end in ends if end in SUCCESS), "")
