from typing import Any, cast

from notification_service_client.describe.parts import read, send
from notification_service_client.models import SendWindow
from notification_service_client.request import Request

ADDRESS = "/api/contact-hours/"
HOURS = cast(Any, SendWindow | None)


def get() -> Request[SendWindow | None]:
    """The hours that every mailing is held to beside its own; None if there are none."""
    return read(ADDRESS, HOURS)


def set_to(hours: SendWindow | None) -> Request[SendWindow | None]:
    """For administrators. Raises ForbiddenError for a key that is none."""
    return send("PUT", ADDRESS, HOURS, hours, repeatable=True)
