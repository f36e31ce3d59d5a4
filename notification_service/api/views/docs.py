"""The OpenAPI document and the pages that explain it, without anything from elsewhere."""

import json
from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from notification_service.api.error_codes import CODES
from notification_service.api.problem_kinds import KINDS

# Two of the pages are third-party bundles, which set styles and know other addresses: the policy keeps the
# browser here.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)


@require_safe
@cache_control(max_age=60, public=True)
def openapi(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(document(), content_type="application/json")


@require_safe
def swagger(request: HttpRequest) -> HttpResponse:
    return _page(request, "api/swagger.html")


@require_safe
def redoc(request: HttpRequest) -> HttpResponse:
    return _page(request, "api/redoc.html")


@require_safe
def getting_started(request: HttpRequest) -> HttpResponse:
    origin = request.build_absolute_uri("/").removesuffix("/")
    limit = settings.API_RATE_LIMIT or "any number of"
    return _page(request, "api/getting_started.html", origin=origin, limit=limit)


@require_safe
def problems(request: HttpRequest) -> HttpResponse:
    return _page(request, "api/problems.html", kinds=KINDS.values(), codes=CODES)


@cache
def document() -> bytes:
    """Return the document, made once: it is the same for everyone and takes a good part of a second.

    Most processes never do, so only this imports what it takes.
    """
    from drf_spectacular.generators import SchemaGenerator

    with translation.override("en"):
        generator = SchemaGenerator()  # type: ignore[no-untyped-call]
        schema = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return json.dumps(schema, ensure_ascii=False, indent=2).encode()


def _page(request: HttpRequest, template: str, **context: Any) -> HttpResponse:
    response = render(request, template, context)
    response["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
