"""The API is at `/api/v1/`. The first release had it at `/api/`, which stays and means the same.

Routes are those of `/api/v1/`: so a route or a view has one address. Only what is shown to the
caller, such as the next page, follows the address that was asked.
"""

import re
from typing import Any

from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.versioning import BaseVersioning

VERSIONED, UNVERSIONED = "/api/v1/", "/api/"
ASKED_WITHOUT_VERSION = re.compile("/api/(?!v1(/|$))")


def read_as_versioned(request: HttpRequest) -> None:
    """Let Django look for the route of `/api/v1/`; `request.path` stays what was asked."""
    if ASKED_WITHOUT_VERSION.match(request.path_info):
        request.path_info = VERSIONED + request.path_info.removeprefix(UNVERSIONED)


class AsAsked(BaseVersioning):
    """REST framework's `reverse` asks it."""

    def reverse(
        self,
        viewname: str,
        args: Any = None,
        kwargs: Any = None,
        request: Request | None = None,
        format: str | None = None,  # noqa: A002 (REST framework's signature)
        **extra: Any,
    ) -> str:
        address: str = super().reverse(viewname, args, kwargs, request, format, **extra)
        # The path may begin with where the server is mounted, which only `path` has.
        is_as_asked = request is None or request.path.endswith(request.path_info)
        return address if is_as_asked else address.replace(VERSIONED, UNVERSIONED, 1)
