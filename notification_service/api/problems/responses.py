"""The responses themselves. Every error under /api/ passes through `problem`, whoever raised it."""

from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any, NotRequired, TypedDict

from django.http import HttpRequest, JsonResponse
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.reverse import reverse

from notification_service.api.problem_kinds import KINDS, Kind, kind_of_status
from notification_service.api.problems.domain import as_api_exception
from notification_service.api.problems.exceptions import (
    RETRY_SECONDS,
    AlreadyExists,
    InvalidQuery,
    ServiceUnavailable,
)
from notification_service.api.problems.pointers import FieldProblem, encodable, field_problems

CONTENT_TYPE = "application/problem+json"
ERRORS_SHOWN = 100  # a body may have more things wrong than anyone reads
BAD_FIELDS = "Some of the values are not acceptable; see `errors`."

# Python 3.13 renamed these; the responses and the document are the same under every Python.
RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


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


def title_of(status: int) -> str:
    return RENAMED.get(status) or HTTPStatus(status).phrase


def problem(*, kind: Kind, detail: str, instance: str, errors: Iterable[FieldProblem] = ()) -> Problem:
    return Problem(
        type=kind.uri,
        title=title_of(kind.status),
        status=kind.status,
        detail=encodable(detail),
        instance=encodable(instance),
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
    known = as_api_exception(error)
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


def _errors(error: exceptions.APIException) -> Iterator[FieldProblem]:
    match error:
        case InvalidQuery():
            yield from field_problems(error.detail, "?", separator="")
        case exceptions.ValidationError():
            yield from field_problems(error.detail, "#", separator="/")
        case AlreadyExists():
            yield from field_problems(error.field, "#", separator="/")
