"""Gateways' tokens: from the environment, or encrypted in the database under SECRET_KEY."""

import re
from base64 import urlsafe_b64encode
from functools import cache

import environs
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from notification_service.environment import Environment
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable

# Otherwise a person who may change a gateway could have SECRET_KEY or DATABASE_URL sent to their own URL.
VARIABLE = re.compile(r"GATEWAY_TOKEN[A-Z0-9_]{0,51}", re.ASCII)
HEADER_SAFE = re.compile(r"[!-~]+")


def encrypt_token(token: str) -> bytes:
    return _fernet().encrypt(token.encode())


def decrypt_token(encrypted: bytes | memoryview) -> str:
    """Raises GatewayUnusable if SECRET_KEY has changed since."""
    return _decrypted(encrypted, "token")


def decrypt_key(encrypted: bytes | memoryview) -> str:
    """Of a TLS certificate. Raises as `decrypt_token`."""
    return _decrypted(encrypted, "TLS key")


def decrypt_receipt_key(encrypted: bytes | memoryview) -> str:
    """Raises as `decrypt_token`."""
    return _decrypted(encrypted, "receipt key")


def token_from_environment(variable: str) -> str:
    """Raises GatewayUnusable if it is not set, or is not one that may be read."""
    if not VARIABLE.fullmatch(variable):
        detail = "a token's variable must have a name that begins with GATEWAY_TOKEN"
        raise GatewayUnusable(GatewayFault.VARIABLE_MALFORMED, detail)
    try:
        token: str = Environment().str(variable, "")
    except (environs.EnvError, OSError, ValueError):
        detail = f"the file that {variable}_FILE names cannot be read"
        raise GatewayUnusable(GatewayFault.FILE_UNREADABLE, detail) from None
    if not token:
        detail = f"the variable {variable} is not set for this process"
        raise GatewayUnusable(GatewayFault.VARIABLE_MISSING, detail)
    return token


def _decrypted(encrypted: bytes | memoryview, what: str) -> str:
    try:
        return _fernet().decrypt(bytes(encrypted)).decode()
    except InvalidToken:
        raise GatewayUnusable(
            GatewayFault.TOKEN_UNREADABLE,
            f"its {what} was kept under another SECRET_KEY: give this process the same one, "
            f"name the old one in SECRET_KEY_FALLBACKS, or enter the {what} again",
        ) from None


def _fernet() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_derived(key) for key in keys])


@cache
def _derived(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"gateway token").derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
