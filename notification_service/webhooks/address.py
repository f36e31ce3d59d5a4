"""Which URLs a webhook may have: as for gateways, but with a query. None leads into the private network."""

import re
from collections.abc import Callable

from django.conf import settings

from notification_service.mailings.gateways import GatewayUnusable
from notification_service.mailings.gateways.address import Address, check_url, is_public
from notification_service.webhooks.models import URL_LENGTH

QUERY = re.compile(r"[\w.~!$&'()*+,;=:@%/?-]*", re.ASCII)
MALFORMED = (
    "The URL must be http:// or https://, a host, and perhaps a port, a path and a query: "
    f"no credentials, no fragment, no more than {URL_LENGTH} characters."
)


class InvalidWebhook(ValueError):  # noqa: N818
    """The value of `field` cannot be used; `code` is for programs."""

    def __init__(self, field: str, detail: str, code: str) -> None:
        super().__init__(detail)
        self.field, self.detail, self.code = field, detail, code


def check_webhook_url(url: str) -> None:
    """Raise InvalidWebhook unless requests may go there. Resolves the name, so it may take seconds.

    A worker checks each address again when it connects to it.
    """
    base, _, query = url.partition("?")
    if len(url) > URL_LENGTH or not QUERY.fullmatch(query):
        raise InvalidWebhook("url", MALFORMED, "url_malformed")
    try:
        check_url(base)
    except GatewayUnusable as error:
        detail = (
            MALFORMED
            if error.problem == "url_malformed"
            else f"{error.reason[:1].upper()}{error.reason[1:]}."
        )
        raise InvalidWebhook("url", detail, str(error.problem)) from None


def allowed_addresses() -> Callable[[Address], bool] | None:
    """Return what says whether an address may be connected to; None: any may."""
    return None if settings.GATEWAY_ALLOW_PRIVATE_ADDRESSES else is_public
