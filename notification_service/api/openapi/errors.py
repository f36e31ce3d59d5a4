"""The problems that an operation may answer, each with an example."""

from http import HTTPStatus
from typing import Any

from notification_service.api.fields import INT64
from notification_service.api.problems import BAD_FIELDS, CONTENT_TYPE, problem, title_of

PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "RFC 9457. `errors` points at what is wrong: `#/...` in the body, `?...` in the query.",
    "required": ["type", "title", "status", "detail", "instance", "errors"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
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
    404: ("There is no such thing.", "There is no such thing here."),
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
    503: ("The database does not answer.", "The database does not answer; try again in a moment."),
}
IF_MATCH = {
    "in": "header",
    "name": "If-Match",
    "description": "The `ETag` of what you read. Where it was changed since then, nothing is done, and the "
    "answer is 412; unless it is as you ask for already.",
    "schema": {"type": "string"},
}
FIELD_ERRORS = [{"pointer": "#/filter/operator_codes/0", "detail": "Must be three digits."}]
MAKING = {"clients_create", "gateways_create", "mailings_create"}
TAKING_A_NAME = {
    *("clients_create", "clients_update", "clients_partial_update"),
    *("gateways_create", "gateways_partial_update"),
}
CHANGES_OF_A_MAILING = {
    f"mailings_{name}" for name in ("update", "partial_update", "pause", "resume", "cancel")
}


def _answer(status: int) -> dict[str, Any]:
    meaning, detail = MEANINGS[status]
    errors: Any = FIELD_ERRORS if status == HTTPStatus.BAD_REQUEST else []
    example = problem(status=status, detail=detail, instance="/api/mailings/", errors=errors)
    content = {
        "schema": {"$ref": "#/components/schemas/Problem"},
        "examples": {"problem": {"value": example}},
    }
    answer: dict[str, Any] = {"description": meaning, "content": {CONTENT_TYPE: content}}
    if status == HTTPStatus.UNAUTHORIZED:
        answer["headers"] = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}
    return answer


def _name(status: int) -> str:
    return title_of(status).replace(" ", "")


ANSWERS = {_name(status): _answer(status) for status in MEANINGS}


def error_answers(path: str, operation: dict[str, Any]) -> dict[str, Any]:
    statuses = {400, 401, 403, 405, 406, 503}
    if "{" in path:
        statuses.add(404)
    if operation["operationId"] == "clients_import":
        statuses |= {411, 415}
    elif "requestBody" in operation or operation["operationId"] in CHANGES_OF_A_MAILING:
        statuses |= {411, 413, 415}
    if operation["operationId"] in {*CHANGES_OF_A_MAILING, *TAKING_A_NAME, "gateways_destroy"}:
        statuses.add(409)
    if operation["operationId"] in MAKING:
        statuses.add(422)
    if IF_MATCH in operation.get("parameters", []):
        statuses.add(412)
    return {str(status): {"$ref": f"#/components/responses/{_name(status)}"} for status in sorted(statuses)}
