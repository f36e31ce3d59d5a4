"""What the document says of an operation where drf-spectacular would get it wrong."""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from notification_service.access.doors import needed
from notification_service.access.permissions import holders_of
from notification_service.access.receipt_keys import IsGateway

SAFE = ("GET", "HEAD", "OPTIONS")
CSRF = "csrfToken"


class Described(AutoSchema):
    def get_auth(self) -> list[dict[str, Any]]:
        """A key with the scope that it needs, if any may do it; or the console's login, with its token.

        What providers tell us comes with the key of their gateway.
        """
        schemes: list[dict[str, Any]] = super().get_auth()  # registers them
        if IsGateway in self.view.permission_classes:
            return schemes
        permission = needed(self.view, self.method)
        scope = holders_of(permission)[0] if permission else None
        session: dict[str, Any] = {"consoleSession": []} | ({} if self.method in SAFE else {CSRF: []})
        return [*([{"apiKey": [scope]}] if scope else []), session]
