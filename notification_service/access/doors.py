"""Looks up the table of permissions: for each request to the API, and for each page of the console."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from notification_service.access.models import ApiKey
from notification_service.access.permissions import OF_SCOPE, RESERVED, Methods, Permission, holders_of

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView


def may(who: Any, permission: Permission) -> bool:
    """`who` is a request's user: a key, a person, or nobody. A person without a role may do nothing."""
    if isinstance(who, ApiKey):
        return any(permission in OF_SCOPE[scope] for scope in who.scopes)
    return bool(who.is_authenticated and who.is_staff and who.has_perm(permission))


def refuse_reserved_fields(who: Any, values: Mapping[str, Any], *, was: Any = None) -> None:
    """Raise PermissionDenied for a field that this caller may not set. `was`: the mailing as it is."""
    for name, permission in RESERVED.items():
        if values.get(name) and not (was and getattr(was, name)) and not may(who, permission):
            raise PermissionDenied(f"{name}: {_refusal(permission)}")


class MayPass(BasePermission):
    """A view's `needs` says which permission each method needs; `action_needs`, which an action needs."""

    message = ""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        permission = needed(view, request.method or "")
        if permission is None:  # every view of ours has it: one that has not is closed
            return False
        self.message = _refusal(permission)
        return may(request.user, permission)


def needed(view: "APIView", method: str) -> Permission | None:
    of_actions: dict[str, Permission] = getattr(view, "action_needs", {})
    of_methods: Methods = getattr(view, "needs", {})
    permission = of_actions.get(getattr(view, "action", None) or "") or of_methods.get(method)
    return permission or of_methods.get("GET")  # a method that no view has gets 405, for whoever may look


def _refusal(permission: Permission) -> str:
    scope, role = holders_of(permission)
    person = f"the login of {'an' if role[0] in 'aeio' else 'a'} {role}"
    if scope is None:
        return f"This needs {person}; no API key may do it."
    return f"This needs an API key with the scope `{scope}`, or {person}."
