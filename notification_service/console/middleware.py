"""The operator's time zone, which only the browser knows."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

GetResponse = Callable[[HttpRequest], HttpResponse]
COOKIE = "console_timezone"


class OperatorTimeZone:
    """Shows times in the zone that the browser sends in a cookie. The API's responses stay as they are."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        zone = known_zone(request.COOKIES.get(COOKIE, ""))
        if zone is None or request.path_info.startswith("/api/"):
            return self.get_response(request)
        with timezone.override(zone):
            return self.get_response(request)


def known_zone(name: str) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(name) if name else None
    except (ValueError, OSError, zoneinfo.ZoneInfoNotFoundError):
        return None
