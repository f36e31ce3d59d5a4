"""Responses where no view of the API was called: Django's error handlers, as problems under /api/."""

import sys

import structlog
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils.http import escape_leading_slashes
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt

from notification_service.api.problem_kinds import KINDS, Kind
from notification_service.api.problems import RETRY_SECONDS, WORDS, problem_response, title_of
from notification_service.database.faults import Fault, fault_of

PREFIX = "/api/"

log = structlog.get_logger(__name__)


@csrf_exempt
def unknown_url(request: HttpRequest) -> HttpResponse:
    if not request.path.endswith("/") and _is_known(f"{request.path_info}/"):
        return _redirect_to_slash(request)
    return problem_response(request, KINDS["unknown-address"], "There is nothing at this address.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problem_response(request, KINDS["malformed-request"], "The request is malformed.")
    return defaults.bad_request(request, exception)


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problem_response(request, KINDS["not-permitted"], "This is not allowed.")
    return defaults.permission_denied(request, exception)


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    if _is_api(request):
        return problem_response(request, KINDS["unknown-address"], "There is nothing at this address.")
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    if fault := fault_of(sys.exc_info()[1]):
        return _without_database(request, fault)
    if _is_api(request):
        return problem_response(
            request, KINDS["internal-error"], "Something went wrong; the service's log has the details."
        )
    return defaults.server_error(request)


def too_large(request: HttpRequest) -> HttpResponse:
    return _plain(request, KINDS["body-too-large"], "The body is too large.")


def too_busy(request: HttpRequest, detail: str) -> HttpResponse:
    return _come_again(_plain(request, KINDS["too-busy"], detail))


def _without_database(request: HttpRequest, fault: Fault) -> HttpResponse:
    log.error("database unavailable", fault=fault.value, error=str(sys.exc_info()[1]).strip())
    if _is_api(request):
        return _come_again(problem_response(request, KINDS["database-unavailable"], WORDS[fault]))
    # Without the request, which would ask the database who is logged in.
    return _come_again(HttpResponse(render_to_string("503.html", {"fault": fault.value}), status=503))


def _come_again(response: HttpResponse) -> HttpResponse:
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _plain(request: HttpRequest, kind: Kind, detail: str) -> HttpResponse:
    if _is_api(request):
        return problem_response(request, kind, detail)
    return HttpResponse(f"<h1>{title_of(kind.status)} ({kind.status})</h1>", status=kind.status)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(PREFIX)


def _is_known(path: str) -> bool:
    try:
        return resolve(path).func is not unknown_url
    except Resolver404:
        return False


def _redirect_to_slash(request: HttpRequest) -> HttpResponse:
    response = HttpResponsePermanentRedirect(
        escape_leading_slashes(request.get_full_path(force_append_slash=True))
    )
    response.status_code = 308  # unlike 301, a POST stays one
    return response
