"""What would break Django before any view could refuse it, and what all answers of the API have in common."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

GetResponse = Callable[[HttpRequest], HttpResponse]


class PlainRequest:
    """Reads every request as UTF-8 and drops cookies that no server of ours ever set.

    Django takes the charset of Content-Type for the query string too, where one that is no text encoding
    raises; and it looks a session up by whatever the cookie holds, where PostgreSQL refuses NUL.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.encoding = "utf-8"
        for name in [name for name, value in request.COOKIES.items() if not value.isprintable()]:
            del request.COOKIES[name]
        return self.get_response(request)


class NoStore:
    """What the API told somebody is kept by no browser and no proxy, unless the view says otherwise."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path_info.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response
