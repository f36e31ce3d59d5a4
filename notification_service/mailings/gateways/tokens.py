"""Gateways' tokens: from the environment, or kept in the database under SECRET_KEY."""

import re
from base64 import urlsafe_b64encode
from functools import cache

import environs
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from notification_service.environment import Environment
from notification_service.mailings.gateways.unusable import GatewayUnusable, Problem

# Else whoever may change a gateway could have SECRET_KEY or DATABASE_URL sent to a URL of their own.
VARIABLE = re.compile(r"GATEWAY_TOKEN[A-Z0-9_]{0,51}", re.ASCII)
HEADER_SAFE = re.compile(r"[!-~]+")


def encrypt_token(token: str) -> bytes:
    return _fernet().encrypt(token.encode())


def decrypt_token(encrypted: bytes | memoryview) -> str:
    """Raises GatewayUnusable where SECRET_KEY has changed since."""
    try:
        return _fernet().decrypt(bytes(encrypted)).decode()
    except InvalidToken:
        raise GatewayUnusable(
            Problem.TOKEN_UNREADABLE,
            "its token was kept under another SECRET_KEY: give this process the same one, "
            "name the old one in SECRET_KEY_FALLBACKS, or enter the token anew",
        ) from None


def token_from_environment(variable: str) -> str:
    """Raises GatewayUnusable where it is not set, or not one that may be read."""
    if not VARIABLE.fullmatch(variable):
        detail = "a token's variable must have a name that begins with GATEWAY_TOKEN"
        raise GatewayUnusable(Problem.VARIABLE_MALFORMED, detail)
    try:
        token: str = Environment().str(variable, "")
    except (environs.EnvError, OSError, ValueError):
        detail = f"the file that {variable}_FILE names cannot be read"
        raise GatewayUnusable(Problem.FILE_UNREADABLE, detail) from None
    if not token:
        detail = f"the variable {variable} is not set for this process"
        raise GatewayUnusable(Problem.VARIABLE_MISSING, detail)
    return token


def _fernet() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([_derived(key) for key in keys])


@cache
def _derived(secret: str) -> Fernet:
    key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"gateway token").derive(secret.encode())
    return Fernet(urlsafe_b64encode(key))
