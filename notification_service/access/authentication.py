"""Who makes a request: an API key, or a person logged in to the console."""

# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import Any

from rest_framework import authentication, exceptions
from rest_framework.request import Request

from notification_service.access.models import ApiKey


class BearerAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, credentials = header.partition(" ")
        if not header:
            return None
        if scheme.lower() != "bearer":
            raise exceptions.AuthenticationFailed("Use `Authorization: Bearer <api key>`.")
        key = ApiKey.objects.matching(credentials.strip())
        if key is None:
            raise exceptions.AuthenticationFailed("The API key is unknown, expired or revoked.")
        key.note_use()
        return key, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="notification service"'


class ConsoleSessionAuthentication(authentication.SessionAuthentication):
    """The console's login, with its CSRF token on whatever is not a read."""


def actor_of(request: Request) -> str:
    """The name under which requests of the same key or person are known to belong together."""
    user: Any = request.user
    return f"key:{user.pk}" if isinstance(user, ApiKey) else f"user:{user.pk}"
