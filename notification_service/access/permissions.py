"""What whoever makes a request may do."""

from typing import TYPE_CHECKING

from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from notification_service.access.models import ApiKey

if TYPE_CHECKING:  # the settings name this module, and views read the settings as they are imported
    from rest_framework.views import APIView

Scope = ApiKey.Scope
OPERATE = "mailings.change_mailing"  # what the console's roles of operators and administrators may
RULE_GATEWAYS = "mailings.change_gateway"  # what administrators may

READ_AUDIT = "audit.view_entry"  # what administrators may


class HasScope(BasePermission):
    """Reads need any key, writes a write key; a person needs to be staff, and for writes an operator.

    A view names in `reading_actions` those POSTs that only ask a question.
    """

    message = "This needs an API key with the scope `write`, or an operator's login."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        user = request.user
        if not user.is_authenticated:
            return False
        if isinstance(user, ApiKey):
            return user.scope == Scope.WRITE or _is_read(request, view)
        return user.is_staff and (_is_read(request, view) or user.has_perm(OPERATE))


class MayChangeGateways(BasePermission):
    """Whoever names a gateway's URL gets every client's phone: reads as ever, changes for administrators."""

    message = "Gateways are changed by administrators of the console; an API key may only read them."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not HasScope().has_permission(request, view):
            return False
        user = request.user
        return _is_read(request, view) or (not isinstance(user, ApiKey) and user.has_perm(RULE_GATEWAYS))


class MayReadAudit(BasePermission):
    """What everybody did is for administrators; no key, whose holder the log itself cannot name, may ask."""

    message = "The audit log is for administrators of the console; an API key may not read it."

    def has_permission(self, request: Request, view: "APIView") -> bool:  # noqa: ARG002
        user = request.user
        may_ask = user.is_authenticated and not isinstance(user, ApiKey)
        return may_ask and user.is_staff and user.has_perm(READ_AUDIT)


def _is_read(request: Request, view: "APIView") -> bool:
    return request.method in SAFE_METHODS or getattr(view, "action", None) in getattr(
        view, "reading_actions", ()
    )
