"""Errors as RFC 9457 problems. Every error under /api/ passes through `problem`, whoever raised it."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any, ClassVar, NotRequired, TypedDict

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db.models import Model
from django.http import Http404, HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from rest_framework import exceptions
from rest_framework.exceptions import ErrorDetail
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.api.error_codes import code_of
from notification_service.api.problem_kinds import KINDS, Kind, kind_of_status
from notification_service.audit.models import Entry
from notification_service.database.faults import Fault, fault_of
from notification_service.directory.filters import Place
from notification_service.directory.models import BulkAction, Client, Consent, OptOut, Segment
from notification_service.directory.versions import Stale
from notification_service.mailings.forecast import NoForecast
from notification_service.mailings.gateways import GatewayInUse, GatewayNameTaken, InvalidGateway
from notification_service.mailings.lifecycle import Conflict, InvalidChange
from notification_service.mailings.matching import CountTooSlow
from notification_service.mailings.models import Gateway, Mailing, Message, Template, TestSend
from notification_service.mailings.segment_changes import SegmentInUse, SegmentNameTaken
from notification_service.mailings.templates import TemplateNameTaken
from notification_service.mailings.test_sends import NoGateway, TooManyTestSends

CONTENT_TYPE = "application/problem+json"
ERRORS_SHOWN = 100  # a body may have more things wrong than anyone reads
BAD_FIELDS = "Some of the values are not acceptable; see `errors`."

# Where a field of the domain is in the API's body.
PLACES = {
    "operator_codes": ("filter", "operator_codes"),
    "tags": ("filter", "tags"),
    "outcome_of_mailing": ("filter", "outcome_of", "mailing"),
    "outcome_of_statuses": ("filter", "outcome_of", "statuses"),
    "outcome_of.mailing": ("filter", "outcome_of", "mailing"),
    "segment": ("filter", "segment"),
    "exclude.outcome_of.mailing": ("filter", "exclude", "outcome_of", "mailing"),
    "exclude.segment": ("filter", "exclude", "segment"),
    "window_from": ("send_window", "from"),
    "window_to": ("send_window", "to"),
    "window_days": ("send_window", "days"),
    "window_holidays": ("send_window", "holidays"),
}

# The address of what has the name.
OF_NAMES = {GatewayNameTaken: "gateway", SegmentNameTaken: "segment", TemplateNameTaken: "template"}
RETRY_SECONDS = 5
WORDS = {
    Fault.AWAY: "The database does not answer; try again in a moment.",
    Fault.SLOW: "The database took too long over this; ask for less, or try again in a moment.",
    Fault.LOCKED: "Someone else is changing the same data; try again in a moment.",
    Fault.READ_ONLY: "The database takes no changes for now; try again in a moment.",
}

KIND_OF: dict[type[Exception], str] = {
    Conflict: "mailing-status",
    GatewayInUse: "gateway-in-use",
    SegmentInUse: "segment-in-use",
    NoForecast: "no-forecast",
    NoGateway: "conflict",
    TooManyTestSends: "conflict",
}

# Python 3.13 renamed these; the responses and the document are the same under every Python.
RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}

log = structlog.get_logger(__name__)


class FieldProblem(TypedDict):
    pointer: str
    detail: str
    code: str


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
    default_detail = "There is no such resource."


class Malformed(exceptions.ParseError):
    default_detail = "The request is malformed."


class PayloadTooLarge(exceptions.APIException):
    status_code = 413
    default_detail = "The body is too large."


class LengthRequired(exceptions.APIException):
    status_code = 411
    default_detail = "Send the body with a Content-Length."


class UnsupportedEncoding(exceptions.APIException):
    """Of a body that is compressed, or the like."""

    status_code = 415
    kind: ClassVar[Kind] = KINDS["unsupported-encoding"]
    accept_encoding = "identity"

    def __init__(self, encoding: str) -> None:
        super().__init__(f'The Content-Encoding "{encoding}" is not read here. Send the body as it is.')


class Unprocessable(exceptions.APIException):
    status_code = 422
    default_detail = "The request cannot be processed."


class ServiceUnavailable(exceptions.APIException):
    status_code = 503
    wait = RETRY_SECONDS


class ConflictError(exceptions.APIException):
    status_code = 409

    def __init__(self, kind: str, detail: str) -> None:
        super().__init__(detail)
        self.kind = KINDS[kind]


class PreconditionFailed(exceptions.APIException):
    status_code = 412
    default_detail = "It was changed since you read it. Read it again."


class AlreadyExists(exceptions.APIException):
    """There is one already, or one with this name: `existing`, unless it has gone meanwhile."""

    status_code = 409

    def __init__(self, route: str, existing: Model | None, **field: str) -> None:
        (detail,) = field.values()
        super().__init__(detail)
        self.kind = KINDS[f"{route}-exists"]
        self.route, self.existing = route, existing
        self.field = {name: ErrorDetail(said, "taken") for name, said in field.items()}


class InvalidQuery(exceptions.ValidationError):
    """Query parameters are not part of the body: their pointer is `?name`."""

    kind: ClassVar[Kind] = KINDS["invalid-query"]


SAME_FOR_EVERYONE: dict[tuple[type[Exception], ...], Callable[[], exceptions.APIException]] = {
    (Client.DoesNotExist, Gateway.DoesNotExist, Mailing.DoesNotExist, Message.DoesNotExist): Missing,
    (BulkAction.DoesNotExist,): Missing,
    (Consent.DoesNotExist, OptOut.DoesNotExist, Entry.DoesNotExist): Missing,
    (Segment.DoesNotExist, Template.DoesNotExist, TestSend.DoesNotExist, Http404): Missing,
    (Stale,): PreconditionFailed,
    (PermissionDenied,): exceptions.PermissionDenied,
    (RequestDataTooBig,): PayloadTooLarge,
    (SuspiciousOperation, UnreadablePostError): Malformed,
}


def title_of(status: int) -> str:
    return RENAMED.get(status) or HTTPStatus(status).phrase


def problem(*, kind: Kind, detail: str, instance: str, errors: Iterable[FieldProblem] = ()) -> Problem:
    return Problem(
        type=kind.uri,
        title=title_of(kind.status),
        status=kind.status,
        detail=_encodable(detail),
        instance=_encodable(instance),
        errors=list(islice(errors, ERRORS_SHOWN)),
    )


def problem_response(request: HttpRequest, kind: Kind, detail: str) -> JsonResponse:
    """For responses from outside REST framework's views."""
    body: Any = problem(kind=kind, detail=detail, instance=request.path)
    response = JsonResponse(body, status=kind.status, content_type=CONTENT_TYPE)
    if kind.status == ServiceUnavailable.status_code:
        response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """REST framework's hook. Returns None for an unexpected error: Django's own handler takes it."""
    known = _as_api_exception(error)
    if known is None:
        return None
    request, view = context["request"], context.get("view")
    # A browser gets the same document as a program: the browsable API only shows successes.
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
    is_about_fields = isinstance(known, exceptions.ValidationError)
    body = problem(
        kind=_kind_of(known),
        detail=BAD_FIELDS if is_about_fields else str(known.detail) + _hint(known, view),
        instance=request.path,
        errors=_errors(known),
    )
    if isinstance(known, AlreadyExists) and known.existing:
        url = reverse(known.route, kwargs={"pk": known.existing.pk}, request=request)
        body["existing"] = {"id": known.existing.pk, "url": url}
    return Response(body, status=known.status_code, headers=_headers(known), content_type=CONTENT_TYPE)


def _kind_of(error: exceptions.APIException) -> Kind:
    if kind := getattr(error, "kind", None):
        return kind  # type: ignore[no-any-return]
    if isinstance(error, exceptions.ValidationError):
        return KINDS["invalid-values"]
    return kind_of_status(error.status_code)


def _as_api_exception(error: Exception) -> exceptions.APIException | None:
    if isinstance(error, exceptions.APIException):
        return error
    if known := _of_the_domain(error):
        return known
    if fault := fault_of(error):
        log.error("database unavailable", fault=fault.value, error=str(error).strip())
        return ServiceUnavailable(WORDS[fault])
    for kinds, make in SAME_FOR_EVERYONE.items():
        if isinstance(error, kinds):
            return make()
    return None


def _of_the_domain(error: Exception) -> exceptions.APIException | None:
    match error:
        case Conflict() | GatewayInUse() | SegmentInUse() | NoForecast() | NoGateway() | TooManyTestSends():
            return ConflictError(KIND_OF[type(error)], str(error))
        case GatewayNameTaken() | SegmentNameTaken() | TemplateNameTaken():
            return AlreadyExists(OF_NAMES[type(error)], error.existing, name=error.detail)
        case InvalidChange() | InvalidGateway():
            return exceptions.ValidationError(_nested(error))
        case CountTooSlow():
            return ServiceUnavailable(str(error))
    return None


def _hint(error: exceptions.APIException, view: Any) -> str:
    """Return what the caller could send instead."""
    match error:
        case exceptions.MethodNotAllowed() if view is not None:
            return f" Use {' or '.join(view.allowed_methods)}."
        case exceptions.UnsupportedMediaType() if "Unsupported media type" in str(error.detail):
            types = " or ".join(parser.media_type for parser in view.parser_classes)
            return f" Send {types}."
    return ""


def _headers(error: exceptions.APIException) -> dict[str, str]:
    headers = {}
    if auth_header := getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = auth_header
    if accept_encoding := getattr(error, "accept_encoding", None):
        headers["Accept-Encoding"] = accept_encoding
    if wait := getattr(error, "wait", None):
        headers["Retry-After"] = f"{wait:.0f}"
    return headers


def _nested(error: InvalidChange | InvalidGateway) -> Any:
    if isinstance(error, InvalidChange):
        return _at(PLACES.get(error.field, (error.field,)), ErrorDetail(error.detail, error.code))
    nested: dict[Any, Any] = {}
    for each in (error, *error.others):
        _merge(nested, _at((each.field, *each.place), ErrorDetail(each.detail, str(each.problem))))
    return nested


def _at(place: tuple[str | int, ...], detail: str) -> Any:
    nested: Any = [detail]
    for key in reversed(place):
        nested = {key: nested}
    return nested


def _merge(into: dict[Any, Any], other: dict[Any, Any]) -> None:
    """A problem of a whole and problems of its parts stand side by side."""
    for key, value in other.items():
        known = into.setdefault(key, value)
        if known is value:
            continue
        if not isinstance(known, dict):
            known = into[key] = {"non_field_errors": known}
        _merge(known, value if isinstance(value, dict) else {"non_field_errors": value})


def nested_faults(faults: Iterable[tuple[Place, str]]) -> dict[str, Any]:
    """Return what is wrong with a filter as REST framework nests its errors."""
    nested: dict[str, Any] = {}
    for place, detail in faults:
        node = nested
        for key in place:
            node = node.setdefault(str(key), {})
        node.setdefault("non_field_errors", []).append(detail)
    return nested


def _errors(error: exceptions.APIException) -> Iterator[FieldProblem]:
    match error:
        case InvalidQuery():
            yield from field_problems(error.detail, "?", separator="")
        case exceptions.ValidationError():
            yield from field_problems(error.detail, "#", separator="/")
        case AlreadyExists():
            yield from field_problems(error.field, "#", separator="/")


def field_problems(detail: Any, pointer: str, *, separator: str) -> Iterator[FieldProblem]:
    """Flatten REST framework's nested errors, with a pointer for each."""
    if isinstance(detail, Mapping):
        for key, value in detail.items():
            place = pointer if key == "non_field_errors" else f"{pointer}{separator}{_escape(str(key))}"
            yield from field_problems(value, place, separator=separator)
    elif isinstance(detail, list):
        for item in detail:
            yield from field_problems(item, pointer, separator=separator)
    else:
        yield FieldProblem(pointer=_encodable(pointer), detail=_encodable(str(detail)), code=code_of(detail))


def _escape(key: str) -> str:
    return key.replace("~", "~0").replace("/", "~1")


def _encodable(text: str) -> str:
    # The error quotes what the caller sent: a lone surrogate would break the response's encoding.
    return text.encode("utf-8", "backslashreplace").decode()
