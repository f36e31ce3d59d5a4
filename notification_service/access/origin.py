"""Who makes a request, and from where, as the audit log has it."""

from typing import Any

from django.http import HttpRequest
from structlog.contextvars import get_contextvars

from notification_service.access.client_address import client_address
from notification_service.access.models import ApiKey
from notification_service.access.receipt_keys import GatewayCaller
from notification_service.audit.origin import Origin


def origin_of(request: HttpRequest) -> Origin:
    """Return what is known so far: REST framework and the login put the user they find on the request."""
    who: Any = getattr(request, "user", None)
    source = "api" if request.path_info.startswith("/api/") else "console"
    where = (client_address(request), source, get_contextvars().get("request_id", ""))
    if isinstance(who, GatewayCaller):
        return Origin("gateway", who.gateway.pk, who.gateway.name, *where)
    if not getattr(who, "is_authenticated", False):
        return Origin("nobody", None, "", *where)
    if isinstance(who, ApiKey):
        return Origin("key", who.pk, who.name, *where)
    return Origin("person", who.pk, who.get_username(), *where)
