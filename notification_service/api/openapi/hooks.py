"""The last touch on the document: what holds for every operation alike."""

from collections.abc import Iterator
from typing import Any

from notification_service.api.openapi.errors import ANSWERS, IF_MATCH, PROBLEM, error_answers
from notification_service.api.openapi.examples import FILES, REQUESTS, RESPONSES

Document = dict[str, Any]
# Of every other response each field is always there.
FIELDS_MAY_BE_ABSENT = {"AudienceFilter", "Problem"}
CHANGES = {"update", "partial_update", "destroy", "pause", "resume", "cancel"}
ETAG = {"description": "For `If-Match`.", "required": True, "schema": {"type": "string"}}
EMPTY_TEXT = {"type": "string", "maxLength": 0}


def finish(result: Document, **_context: Any) -> Document:
    components = result["components"]
    components["schemas"]["Problem"] = PROBLEM
    components["responses"] = ANSWERS
    _forbid_unknown_fields(components["schemas"])
    _unite_blank_texts(components["schemas"])
    _fill_in_nothing(components["schemas"])
    _require_what_is_always_there(components["schemas"])
    for path, operation in _operations(result):
        _add_versions(operation)
        operation["responses"].update(error_answers(path, operation))
        _add_examples(operation)
    return result


def _operations(result: Document) -> Iterator[tuple[str, Document]]:
    for path, methods in result["paths"].items():
        for operation in methods.values():
            yield path, operation


def _forbid_unknown_fields(schemas: Document) -> None:
    for name, schema in schemas.items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False


def _unite_blank_texts(schemas: Document) -> None:
    """drf-spectacular offers the empty text beside a pattern that allows it: a `oneOf` that both match."""
    for schema in schemas.values():
        for field in schema.get("properties", {}).values():
            if EMPTY_TEXT in field.get("oneOf", []):
                field.update(field.pop("oneOf")[0])


def _fill_in_nothing(schemas: Document) -> None:
    """A generated client sends the defaults of what its caller left out: a PATCH would reset all of it."""
    for name, schema in schemas.items():
        if name.startswith("Patched") or not name.endswith("Request"):
            for field in schema.get("properties", {}).values():
                field.pop("default", None)


def _require_what_is_always_there(schemas: Document) -> None:
    for name, schema in schemas.items():
        if not name.endswith("Request") and name not in FIELDS_MAY_BE_ABSENT:
            schema["required"] = sorted(schema["properties"])


def _add_versions(operation: Document) -> None:
    kind, _, what = operation["operationId"].partition("_")
    if kind not in ("clients", "gateways", "mailings") or what not in {"retrieve", *CHANGES}:
        return
    if what in CHANGES:
        operation["parameters"].append(IF_MATCH)
    if "200" in operation["responses"]:
        operation["responses"]["200"]["headers"] = {"ETag": ETAG}


def _add_examples(operation: Document) -> None:
    name = operation["operationId"]
    for media_type, body in operation.get("requestBody", {"content": {}})["content"].items():
        body["examples"] = REQUESTS.get(name) or {"example": {"value": FILES[media_type]}}
    for status, response in operation["responses"].items():
        if status.startswith("2") and name in RESPONSES and "content" in response:
            for body in response["content"].values():
                body["examples"] = RESPONSES[name]
