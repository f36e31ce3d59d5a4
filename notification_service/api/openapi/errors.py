"""The problems that an operation may respond with, each with an example."""

from http import HTTPStatus
from typing import Any

from notification_service.api.fields import INT64
from notification_service.api.problem_kinds import KINDS, kind_of_status
from notification_service.api.problems import BAD_FIELDS, CONTENT_TYPE, problem, title_of

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `errors` points at what is wrong: `#/...` in the body, `?...` in the query.",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The kind of the problem, for programs: `/docs/problems/` has the list.",
        },
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail", "code"],
                "properties": {
                    "pointer": {"type": "string"},
                    "detail": {"type": "string", "description": "For people; it may change."},
                    "code": {
                        "type": "string",
                        "description": "For programs: `/docs/problems/` has the list.",
                    },
                },
            },
        },
        "existing": {
            "type": "object",
            "description": "What is there already, where that is why.",
            "required": ["id", "url"],
            "properties": {"id": INT64, "url": {"type": "string", "format": "uri"}},
        },
    },
}

MEANINGS = {
    400: ("Bad request: `errors` says what is wrong.", BAD_FIELDS),
    401: ("No key, or one that is unknown or revoked.", "Authentication credentials were not provided."),
    403: (
        "The key or the person may not do this.",
        "This needs an API key with the scope `write`, or the login of an operator.",
    ),
    404: ("There is no such thing.", "There is no such resource."),
    405: ("The address does not know this method.", 'Method "DELETE" not allowed.'),
    406: ("Only JSON and HTML are spoken here.", "Could not satisfy the request Accept header."),
    409: (
        "What is there does not allow it, or is there already: then `existing` says where.",
        "The mailing is finished: it cannot become paused.",
    ),
    411: ("The body comes without its length.", "Send the body with a Content-Length."),
    412: (
        "It is no longer what `If-Match` names.",
        "It was changed since you read it. Read it again.",
    ),
    413: ("The body has more than 1 MiB.", "The body has more than 1,048,576 bytes."),
    415: ("The body is of a type that is not read here.", 'Unsupported media type "text/plain" in request.'),
    422: (
        "The Idempotency-Key came with another request before.",
        "The Idempotency-Key was used with another request before.",
    ),
    429: ("Too many requests in this minute.", "Request was throttled. Expected available in 42 seconds."),
    503: (
        "The database does not answer, or the service has too much to do.",
        "The database does not answer; try again in a moment.",
    ),
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` of what you read. Where it was changed since then, nothing is done, and the "
    "answer is 412; unless it is as you ask for already.",
    "schema": {"type": "string"},
}
SHOWN = {400: "invalid-values", 409: "mailing-status"}  # of the kinds of one status
FIELD_ERRORS = [
    {"pointer": "#/filter/operator_codes/0", "detail": "Must be three digits.", "code": "pattern"}
]
TAKING_A_NAME = {
    *("clients_create", "clients_update", "clients_partial_update", "clients_put_by_phone"),
    *("gateways_create", "gateways_partial_update"),
    *("segments_create", "segments_update", "segments_partial_update"),
    *("templates_create", "templates_update", "templates_partial_update"),
}
REFUSED_BY_WHAT_IS_THERE = {
    *("bulk_actions_undo", "people_create"),
    *("imports_create", "imports_partial_update", "imports_preview", "imports_start"),
}
CHANGES_OF_A_MAILING = {
    f"mailings_{name}" for name in ("update", "partial_update", "pause", "resume", "cancel")
}


TEXT = {"type": "string"}
RETRY_AFTER = {
    "description": "Seconds to wait before the next request.",
    "schema": {"type": "integer", "minimum": 1},
}
QUOTA = {
    "RateLimit": {
        "description": "What is left: `r` requests in the next `t` seconds. Absent where there is no limit.",
        "schema": TEXT,
        "example": '"minute";r=1187;t=42',
    },
    "RateLimit-Policy": {
        "description": "The limit: `q` requests in `w` seconds.",
        "schema": TEXT,
        "example": '"minute";q=1200;w=60',
    },
}
HEADERS: dict[int, dict[str, Any]] = {
    401: {"WWW-Authenticate": {"schema": TEXT}},
    429: {"Retry-After": RETRY_AFTER, **QUOTA},
    503: {"Retry-After": RETRY_AFTER},
}


def _response(status: int) -> dict[str, Any]:
    meaning, detail = MEANINGS[status]
    is_of_values = status == HTTPStatus.BAD_REQUEST
    errors: Any = FIELD_ERRORS if is_of_values else []
    kind = KINDS[SHOWN[status]] if status in SHOWN else kind_of_status(status)
    example = problem(kind=kind, detail=detail, instance="/api/v1/mailings/", errors=errors)
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {"problem": {"value": example}},
    }
    response: dict[str, Any] = {"description": meaning, "content": {CONTENT_TYPE: content}}
    if status in HEADERS:
        response["headers"] = {name: {**header, "required": True} for name, header in HEADERS[status].items()}
    return response


def _name(status: int) -> str:
    return title_of(status).replace(" ", "")


ERROR_RESPONSES = {_name(status): _response(status) for status in MEANINGS}


def error_responses(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    statuses = {400, 401, 403, 405, 406, 429, 503}
    if "{" in path:
        statuses.add(404)
    if operation["operationId"].endswith("_import") or operation["operationId"] == "imports_create":
        statuses |= {411, 415}
    elif "requestBody" in operation or operation["operationId"] in CHANGES_OF_A_MAILING:
        statuses |= {411, 413, 415}
    if operation["operationId"] in {
        *CHANGES_OF_A_MAILING,
        *TAKING_A_NAME,
        *REFUSED_BY_WHAT_IS_THERE,
        "gateways_destroy",
        "mailings_forecast",
        "mailings_forecast_retrieve",
        "mailings_test",
        "segments_destroy",
    }:
        statuses.add(409)
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", [])):
        statuses.add(422)
    if IF_MATCH in operation.get("parameters", []):
        statuses.add(412)
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in sorted(statuses)}
