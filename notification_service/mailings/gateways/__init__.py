"""Gateways as rows: where each is reached and with what token, how it fares, and how a row is changed."""

from notification_service.mailings.gateways.address import check_url
from notification_service.mailings.gateways.changes import (
    GatewayInUse,
    GatewayNameTaken,
    InvalidGateway,
    delete_gateway,
    release_gateway,
    save_gateway,
)
from notification_service.mailings.gateways.endpoint import Endpoint, endpoint, shown_url
from notification_service.mailings.gateways.state import (
    GatewayState,
    State,
    default_gateway,
    gateway_states,
    note_usability,
)
from notification_service.mailings.gateways.tokens import decrypt_token, encrypt_token
from notification_service.mailings.gateways.unusable import GatewayUnusable, Problem

__all__ = [
    "Endpoint",
    "GatewayInUse",
    "GatewayNameTaken",
    "GatewayState",
    "GatewayUnusable",
    "InvalidGateway",
    "Problem",
    "State",
    "check_url",
    "decrypt_token",
    "default_gateway",
    "delete_gateway",
    "encrypt_token",
    "endpoint",
    "gateway_states",
    "note_usability",
    "release_gateway",
    "save_gateway",
    "shown_url",
]
