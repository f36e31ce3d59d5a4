"""`/metrics`, for Prometheus: with METRICS_TOKEN or any API key, or for everyone with METRICS_PUBLIC."""

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from notification_service.access.models import ApiKey
from notification_service.api.figures_collector import FiguresCollector
from notification_service.api.problem_kinds import KINDS
from notification_service.api.problems import problem_response
from notification_service.observability import exposition


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    try:
        is_allowed = _is_allowed(request)
    except DatabaseError:
        return problem_response(
            request, KINDS["database-unavailable"], "The database does not answer; METRICS_TOKEN needs none."
        )
    if not is_allowed:
        refusal = problem_response(
            request,
            KINDS["not-authenticated"],
            "Use `Authorization: Bearer <METRICS_TOKEN or an API key>`.",
        )
        refusal.headers["WWW-Authenticate"] = 'Bearer realm="metrics"'
        return refusal
    return HttpResponse(exposition.exposition(FiguresCollector()), content_type=exposition.CONTENT_TYPE)


def _is_allowed(request: HttpRequest) -> bool:
    if settings.METRICS_PUBLIC:
        return True
    scheme, _, credentials = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        return False
    credentials = credentials.strip()
    return exposition.is_token(credentials) or ApiKey.objects.matching(credentials) is not None
