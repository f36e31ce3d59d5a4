from collections.abc import Callable
from functools import cached_property
from typing import Any

from csp.constants import HEADER
from csp.middleware import CSPMiddleware
from csp.utils import build_policy
from django.http import HttpRequest, HttpResponse

from notification_service.access.origin import origin_of
from notification_service.audit.origin import acting

GetResponse = Callable[[HttpRequest], HttpResponse]


class AuditOrigin:
    """What is done for a request was done by whoever made it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with acting(lambda: origin_of(request)):
            return self.get_response(request)


class ContentSecurityPolicy(CSPMiddleware):
    """Sends the policy, which is built once because no page changes it."""

    @cached_property
    def policy(self) -> str:
        return build_policy()

    def process_response(self, _request: HttpRequest, response: Any) -> Any:
        response.headers.setdefault(HEADER, self.policy)
        return response
