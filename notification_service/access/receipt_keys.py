"""Providers. Each has the receipt key of its gateway, and may send us receipts and replies only."""

# ruff: noqa: ARG002 (REST framework passes the request to every method)

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rest_framework import authentication, exceptions
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from notification_service.mailings.gateways import is_receipt_key
from notification_service.mailings.models import Gateway

if TYPE_CHECKING:  # the settings name modules of this package, and views read them as they are imported
    from rest_framework.views import APIView

HOW = "Use `Authorization: Bearer <receipt key>`, or put the key at the end of the address."


@dataclass(frozen=True, slots=True)
class GatewayCaller:
    """The provider behind a gateway. Neither a person nor an API key: it has no permission and no quota."""

    gateway: Gateway
    is_authenticated: bool = False


class ReceiptKeyAuthentication(authentication.BaseAuthentication):
    """Checks the key of the gateway in the address. An error does not say which of the two was wrong."""

    def authenticate(self, request: Request) -> tuple[Any, Any] | None:
        address: dict[str, str] = request.parser_context["kwargs"]
        key = address.get("key") or _bearer(request)
        if not key:
            return None
        gateway = Gateway.objects.filter(name=address["name"]).first()
        if gateway is None or not is_receipt_key(gateway, key):
            raise exceptions.AuthenticationFailed("This is not the receipt key of the gateway.")
        return GatewayCaller(gateway), None

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="receipts of a gateway"'


class IsGateway(BasePermission):
    def has_permission(self, request: Request, view: "APIView") -> bool:
        return isinstance(request.user, GatewayCaller)


def _bearer(request: Request) -> str:
    header: str = request.META.get("HTTP_AUTHORIZATION", "")
    scheme, _, credentials = header.partition(" ")
    if scheme and scheme.lower() != "bearer":
        raise exceptions.AuthenticationFailed(HOW)
    return credentials.strip()
