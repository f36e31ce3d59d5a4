"""The admin site: it gives the console the login, the logout and the change of a password."""

from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest


class ConsoleSite(AdminSite):
    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:  # noqa: ARG002
        """Empty: libraries register their models, but no page of the service links to them."""
        return []
