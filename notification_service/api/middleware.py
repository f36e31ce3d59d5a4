"""Requests that would break Django before a view could refuse them; what every response of the API says."""

from collections.abc import Callable
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from notification_service.access.rate_limit import Quota
from notification_service.api.addresses import UNVERSIONED, read_as_versioned

GetResponse = Callable[[HttpRequest], HttpResponse]


class PlainRequest:
    """Reads every request as UTF-8, `/api/` as `/api/v1/`, and no cookies that our servers cannot have set.

    Django also applies the charset of Content-Type to the query string, and raises if that is not a text
    encoding. And it looks up a session by whatever the cookie contains, where PostgreSQL refuses NUL.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        read_as_versioned(request)
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)


class PassedByPrograms:
    """What follows is for people: a program, which sends a key, has no session, language or CSRF token."""

    def __init__(self, get_response: GetResponse) -> None:
        self.for_people, self.for_programs = get_response, Innermost.views

    def __call__(self, request: HttpRequest) -> HttpResponse:
        is_program = "HTTP_AUTHORIZATION" in request.META and request.path_info.startswith(UNVERSIONED)
        return self.for_programs(request) if is_program else self.for_people(request)


class Innermost:
    """The innermost middleware, which knows the views. Django makes it before the outer ones."""

    views: ClassVar[GetResponse]

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        type(self).views = staticmethod(get_response)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)


class ApiHeaders:
    """Forbids storing responses, unless the view allows it, and says what is left of the quota."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith(UNVERSIONED):
            response.headers.setdefault("Cache-Control", "no-store")
            quota: Quota | None = getattr(request, "quota", None)
            for name, value in quota.headers().items() if quota else ():
                response.headers[name] = value
        return response
