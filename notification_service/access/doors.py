"""Where the table of permissions is asked: by the API for each request, by the console for each page."""

from typing import TYPE_CHECKING, Any

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from notification_service.access.models import ApiKey
from notification_service.access.permissions import OF_SCOPE, Methods, Permission, holders_of

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView


def may(who: Any, permission: Permission) -> bool:
    """`who` is a request's user: a key, a person, or nobody. A person without a role may nothing."""
    if isinstance(who, ApiKey):
        return permission in OF_SCOPE[who.scope]
    return bool(who.is_authenticated and who.is_staff and who.has_perm(permission))


class MayPass(BasePermission):
    """A view says in `needs` what each method takes, and in `action_needs` where an action differs."""

    message = ""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        needed = _needed(request, view)
        if needed is None:  # no view of ours leaves it out: whatever does is closed
            return False
        self.message = _refusal(needed)
        return may(request.user, needed)


def _needed(request: Request, view: "APIView") -> Permission | None:
    of_actions: dict[str, Permission] = getattr(view, "action_needs", {})
    of_methods: Methods = getattr(view, "needs", {})
    needed = of_actions.get(getattr(view, "action", None) or "") or of_methods.get(request.method or "")
    return needed or of_methods.get("GET")  # a method that no view has is answered 405 to whoever may look


def _refusal(needed: Permission) -> str:
    scope, role = holders_of(needed)
    person = f"the login of {'an' if role[0] in 'aeio' else 'a'} {role}"
    if scope is None:
        return f"This needs {person}; no API key may do it."
    return f"This needs an API key with the scope `{scope}`, or {person}."
