"""Who makes a request: an API key, or a person logged in to the console."""

# ruff: noqa: ARG002 (REST framework passes the request to every method)

from typing import Any

from rest_framework import authentication, exceptions
from rest_framework.request import Request

from notification_service.access.models import ApiKey

HOW = "Use `Authorization: Bearer <api key>`."
UNKNOWN = "The API key is unknown, expired or revoked."
QUOTED = "The API key is in quotes. Send it without them."
ELSEWHERE = ("X-API-Key", "Api-Key", "X-Auth-Token")  # where other services have it


class BearerAuthentication(authentication.BaseAuthentication):
    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        header = request.META.get("HTTP_AUTHORIZATION", "")
        scheme, _, credentials = header.partition(" ")
        if not header:
            _refuse_key_elsewhere(request)
            return None
        if scheme.lower() != "bearer":
            raise exceptions.AuthenticationFailed(HOW)
        key = ApiKey.known(credentials.strip())
        if key is None:
            is_quoted = credentials.strip().startswith(("'", '"'))
            raise exceptions.AuthenticationFailed(QUOTED if is_quoted else UNKNOWN)
        key.note_use()
        return key, key

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="notification service"'


def _refuse_key_elsewhere(request: Request) -> None:
    for name in ELSEWHERE:
        if name in request.headers:
            raise exceptions.AuthenticationFailed(f"{name} is not read. {HOW}")


class ConsoleSessionAuthentication(authentication.SessionAuthentication):
    """The console's login, with its CSRF token on everything but reads."""


def name_of(request: Request) -> str:
    """Return what people call the key or the person."""
    user: Any = request.user
    return str(user.name if isinstance(user, ApiKey) else user.get_username())


def actor_of(request: Request) -> str:
    """Return a name for the key or the person: the same for all of its requests."""
    user: Any = request.user
    return f"key:{user.pk}" if isinstance(user, ApiKey) else f"user:{user.pk}"
