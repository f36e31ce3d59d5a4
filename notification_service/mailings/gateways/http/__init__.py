"""Gateways of kind `http`: what their settings say, checked and read once. Pure."""

from notification_service.mailings.gateways.http.config import (
    HttpConfig,
    InvalidConfig,
    in_order,
    read_config,
)
from notification_service.mailings.gateways.http.templates import (
    SECRETS,
    PlaceholderTemplate,
    RequestPlaceholder,
)

__all__ = [
    "SECRETS",
    "HttpConfig",
    "InvalidConfig",
    "PlaceholderTemplate",
    "RequestPlaceholder",
    "in_order",
    "read_config",
]
