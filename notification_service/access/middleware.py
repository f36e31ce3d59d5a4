from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from notification_service.access.origin import origin_of
from notification_service.audit.origin import acting

GetResponse = Callable[[HttpRequest], HttpResponse]


class AuditOrigin:
    """Whatever is done while the request is answered was done by whoever makes it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(lambda: origin_of(request)):
            return self.get_response(request)
