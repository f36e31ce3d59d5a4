"""The admin site that gives the console its login, its logout and its change of a password."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class ConsoleSite(AdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:  # noqa: ARG002
        """Libraries register models of theirs; no page of the service is there for a link to them."""
        return []
