"""What someone sees who guessed a password too often, and how an administrator lets him in again."""

from datetime import datetime
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db.models import Max, Sum
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from notification_service.client_address import client_network


def locked_out(request: HttpRequest, _response: Any, credentials: dict[str, Any] | None) -> HttpResponse:
    """The middleware's answer instead of the login page. It says nothing of whether the name exists."""
    username = str((credentials or {}).get("username", ""))
    attempts = AccessAttempt.objects.filter(username=username, ip_address=client_network(request))
    last = attempts.aggregate(last=Max("attempt_time"))["last"] or timezone.now()
    return locked_page(request, until=last + settings.AXES_COOLOFF_TIME)


def locked_page(request: HttpRequest, *, until: datetime) -> HttpResponse:
    response = render(request, "console/locked_out.html", {"until": until}, status=429)
    response["Retry-After"] = str(max(1, round((until - timezone.now()).total_seconds())))
    return response


def locked_until() -> dict[str, datetime]:
    """The names that are locked now, from wherever, each with the end of its last lock."""
    since = timezone.now() - settings.AXES_COOLOFF_TIME
    rows = (
        AccessAttempt.objects.filter(attempt_time__gt=since)
        .values("username", "ip_address")
        .annotate(failures=Sum("failures_since_start"), last=Max("attempt_time"))
        .filter(failures__gte=settings.AXES_FAILURE_LIMIT)
        .order_by("last")
    )
    return {row["username"]: row["last"] + settings.AXES_COOLOFF_TIME for row in rows}


def unlock(username: str) -> None:
    reset(username=username)
