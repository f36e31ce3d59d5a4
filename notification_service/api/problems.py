"""Errors as RFC 9457 problems. Every error under /api/ leaves through `problem`, whoever raised it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any, NotRequired, TypedDict

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db.models import Model
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.audit.models import Entry
from notification_service.database.faults import Fault, fault_of
from notification_service.directory.models import Client
from notification_service.directory.versions import Stale
from notification_service.mailings.gateways import GatewayInUse, GatewayNameTaken, InvalidGateway
from notification_service.mailings.lifecycle import Conflict, InvalidChange
from notification_service.mailings.models import Gateway, Mailing, Message

CONTENT_TYPE = "application/problem+json"
ERRORS_SHOWN = 100  # a body may have more things wrong than anyone reads
BAD_FIELDS = "Some of the values are not acceptable; see `errors`."

# Where a field of the domain is found in the API's body.
PLACES = {
    "operator_codes": ("filter", "operator_codes"),
    "tags": ("filter", "tags"),
    "window_from": ("send_window", "from"),
    "window_to": ("send_window", "to"),
}

RETRY_SECONDS = 5
WORDS = {
    Fault.AWAY: "The database does not answer; try again in a moment.",
    Fault.SLOW: "The database took too long over this; ask for less, or try again in a moment.",
    Fault.LOCKED: "Someone else is changing the same data; try again in a moment.",
    Fault.READ_ONLY: "The database takes no changes for now; try again in a moment.",
}

# Python 3.13 renamed these; the answers and the document are the same under every Python.
RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}

log = structlog.get_logger(__name__)


class FieldProblem(TypedDict):
    pointer: str
    detail: str


class Existing(TypedDict):
    id: int
    url: str


class Problem(TypedDict):
    type: str
    title: str
    status: int
    detail: str
    instance: str
    errors: list[FieldProblem]
    existing: NotRequired[Existing]


class Missing(exceptions.NotFound):
    default_detail = "There is no such thing here."


class Malformed(exceptions.ParseError):
    default_detail = "The request is malformed."


class PayloadTooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The body is too large."


class LengthRequired(exceptions.APIException):
    status_code = 411
    default_detail = "Send the body with a Content-Length."


class Unprocessable(exceptions.APIException):
    status_code = 422
    default_detail = "The request cannot be processed."


class ServiceUnavailable(exceptions.APIException):
    status_code = 503
    wait = RETRY_SECONDS


class ConflictError(exceptions.APIException):
    status_code = 409


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "It was changed since you read it. Read it again."


class AlreadyExists(exceptions.APIException):
    """What is to be made, or to be named so, is there: `existing`, unless it has gone meanwhile."""

    status_code = 409

    def __init__(self, route: str, existing: Model | None, **field: str) -> None:
        (detail,) = field.values()
        super().__init__(detail)
        self.route, self.existing, self.field = route, existing, field


class InvalidQuery(exceptions.ValidationError):
    """Query parameters are no part of the body: they are pointed at as `?name`."""


SAME_FOR_EVERYONE: dict[tuple[type[Exception], ...], Callable[[], exceptions.APIException]] = {
    (Client.DoesNotExist, Gateway.DoesNotExist, Mailing.DoesNotExist, Message.DoesNotExist): Missing,
    (Entry.DoesNotExist, Http404): Missing,
    (Stale,): PreconditionFailed,
    (PermissionDenied,): exceptions.PermissionDenied,
    (RequestDataTooBig,): PayloadTooLarge,
    (SuspiciousOperation, UnreadablePostError): Malformed,
}


def title_of(status: int) -> str:
    return RENAMED.get(status) or HTTPStatus(status).phrase


def problem(*, status: int, detail: str, instance: str, errors: Iterable[FieldProblem] = ()) -> Problem:
    return Problem(
        type="about:blank",
        title=title_of(status),
        status=status,
        detail=_encodable(detail),
        instance=_encodable(instance),
        errors=list(islice(errors, ERRORS_SHOWN)),
    )


def problem_response(request: HttpRequest, status: int, detail: str) -> JsonResponse:
    """For what is answered outside of REST framework's views."""
    body: Any = problem(status=status, detail=detail, instance=request.path)
    return JsonResponse(body, status=status, content_type=CONTENT_TYPE)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's hook. None, for what nobody expected, leaves the error to Django's own handler."""
    known = _as_api_exception(error)
    if known is None:
        return None
    request = context["request"]
    # A browser gets the same document as a program: the page of the browsable API shows successes.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    is_about_fields = isinstance(known, exceptions.ValidationError)
    body = problem(
        status=known.status_code,
        detail=BAD_FIELDS if is_about_fields else str(known.detail),
        instance=request.path,
        errors=_errors(known),
    )
    if isinstance(known, AlreadyExists) and known.existing:
        url = reverse(known.route, kwargs={"pk": known.existing.pk}, request=request)
        body["existing"] = {"id": known.existing.pk, "url": url}
    return Response(body, status=known.status_code, headers=_headers(known), content_type=CONTENT_TYPE)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    match error:
        case exceptions.APIException():
            return error
        case Conflict() | GatewayInUse():
            return ConflictError(str(error))
        case GatewayNameTaken():
            return AlreadyExists("gateway", error.existing, name=error.detail)
        case InvalidChange() | InvalidGateway():
            return exceptions.ValidationError(_nested(error))
    if fault := fault_of(error):
        log.error("database does not serve", fault=fault.value, error=str(error).strip())
        return ServiceUnavailable(WORDS[fault])
    for kinds, make in SAME_FOR_EVERYONE.items():
        if isinstance(error, kinds):
            return make()
    return None


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _nested(error: InvalidChange | InvalidGateway) -> Any:
    detail: Any = [error.detail]
    for key in reversed(PLACES.get(error.field, (error.field,))):
        detail = {key: detail}
    return detail


def _errors(error: exceptions.APIException) -> Iterator[FieldProblem]:
    match error:
        case InvalidQuery():
            yield from _field_problems(error.detail, "?", separator="")
        case exceptions.ValidationError():
            yield from _field_problems(error.detail, "#", separator="/")
        case AlreadyExists():
            yield from _field_problems(error.field, "#", separator="/")


def _field_problems(detail: Any, pointer: str, *, separator: str) -> Iterator[FieldProblem]:
    """Flatten REST framework's nested errors into one pointer each."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            place = pointer if key == "non_field_errors" else f"{pointer}{separator}{_escape(str(key))}"
            yield from _field_problems(value, place, separator=separator)
    elif isinstance(detail, list):
        for item in detail:
            yield from _field_problems(item, pointer, separator=separator)
    else:
        yield FieldProblem(pointer=_encodable(pointer), detail=_encodable(str(detail)))


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _encodable(text: str) -> str:
    # What a caller sent comes back in the error: a lone surrogate would break the answer's encoding.
    return text.encode("utf-8", "backslashreplace").decode()
