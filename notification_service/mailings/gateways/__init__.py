"""Gateways as rows: their addresses and tokens, their state, and how a row is changed."""

from notification_service.mailings.gateways.address import check_url
from notification_service.mailings.gateways.changes import (
    GatewayInUse,
    delete_gateway,
    release_gateway,
    save_gateway,
)
from notification_service.mailings.gateways.endpoint import Endpoint, endpoint, shown_url
from notification_service.mailings.gateways.incidents import (
    forget_old_incidents,
    incidents_between,
    incidents_of,
    latest_incidents,
    mailings_touched,
)
from notification_service.mailings.gateways.invalid import InvalidGateway
from notification_service.mailings.gateways.problems import GatewayNameTaken, gateway_problems
from notification_service.mailings.gateways.receipt_keys import (
    is_receipt_key,
    receipt_key,
    replace_receipt_key,
)
from notification_service.mailings.gateways.state import (
    GatewayState,
    State,
    default_gateway,
    gateway_for,
    gateway_states,
    note_usability,
    stopped_by,
)
from notification_service.mailings.gateways.tokens import decrypt_token, encrypt_token
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable

__all__ = [
    "Endpoint",
    "GatewayFault",
    "GatewayInUse",
    "GatewayNameTaken",
    "GatewayState",
    "GatewayUnusable",
    "InvalidGateway",
    "State",
    "check_url",
    "decrypt_token",
    "default_gateway",
    "delete_gateway",
    "encrypt_token",
    "endpoint",
    "forget_old_incidents",
    "gateway_for",
    "gateway_problems",
    "gateway_states",
    "incidents_between",
    "incidents_of",
    "is_receipt_key",
    "latest_incidents",
    "mailings_touched",
    "note_usability",
    "receipt_key",
    "release_gateway",
    "replace_receipt_key",
    "save_gateway",
    "shown_url",
    "stopped_by",
]
