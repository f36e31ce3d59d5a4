"""The key of a gateway with which its provider tells us something: made, shown, replaced, compared.

Kept as ciphertext, because an administrator may want to see it again, and as a hash, which is compared: so a
lost SECRET_KEY stops no receipts.
"""

import hmac
import secrets
from hashlib import sha256

import structlog
from django.db import transaction

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings.gateways.tokens import decrypt_receipt_key, encrypt_token
from notification_service.mailings.models import Gateway

KEY_BYTES = 32
PREFIX = "nsr_"

log = structlog.get_logger(__name__)


def receipt_key(gateway: Gateway) -> str | None:
    """Return the key; None if there is none. Raises GatewayUnusable if SECRET_KEY has changed since."""
    if gateway.receipt_key_encrypted is None:
        return None
    return decrypt_receipt_key(gateway.receipt_key_encrypted)


@transaction.atomic
def replace_receipt_key(gateway_id: int) -> str:
    """Make a new key and return it; the old one is refused from now on. Raises Gateway.DoesNotExist."""
    gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
    key = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    kept = {"receipt_key_hash": hash_of(key), "receipt_key_encrypted": encrypt_token(key)}
    Gateway.objects.filter(pk=gateway_id).update(**kept)
    record(Action.GATEWAY_RECEIPT_KEY_REPLACED, object_id=gateway_id, object_name=gateway.name)
    log.info("receipt key replaced", gateway=gateway.name)
    return key


def is_receipt_key(gateway: Gateway, key: str) -> bool:
    return bool(gateway.receipt_key_hash) and hmac.compare_digest(hash_of(key), gateway.receipt_key_hash)


def hash_of(key: str) -> str:
    # A header may contain any byte, even a lone surrogate, which must simply match no key.
    return sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
