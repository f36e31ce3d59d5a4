"""What every screen of the console has in common: a login, a permission, and the frame around it."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from notification_service.access.doors import may
from notification_service.access.permissions import Permission

View = Callable[..., HttpResponseBase]


def page(view: View, *, needs: Permission) -> View:
    """Put the view behind the login, for people who have the permission."""

    @wraps(view)
    def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may(request.user, needs):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    guarded: View = never_cache(admin.site.admin_view(checked))
    return guarded


def show(
    request: HttpRequest, template: str, *, title: str, section: str = "", code: int = 200, **context: Any
) -> HttpResponse:
    if "messages" in context:
        raise ValueError("the frame shows `messages` as what was just done: name these otherwise")
    context = {"title": title, "section": section, **context}
    return render(request, f"console/{template}", context, status=code)
