"""The page after too many wrong passwords."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from notification_service.access.client_address import client_network
from notification_service.access.sign_in.lockout import locked_until


def locked_out(request: HttpRequest, _response: Any, credentials: dict[str, Any] | None) -> HttpResponse:
    """Return the middleware's response instead of the login page. It does not reveal if the name exists."""
    username = str((credentials or {}).get("username", ""))
    return locked_page(request, until=locked_until(username, network=client_network(request)))


def locked_page(request: HttpRequest, *, until: datetime) -> HttpResponse:
    response = render(request, "console/account/locked_out.html", {"until": until}, status=429)
    response["Retry-After"] = str(max(1, round((until - timezone.now()).total_seconds())))
    return response
