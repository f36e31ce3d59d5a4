"""Encrypts the seeds of second factors, so that a copy of the database does not reveal them."""

import base64
import hashlib

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings

PURPOSE = b"notification service, second factors\n"


def encrypt(text: str) -> str:
    return _fernet().encrypt(text.encode()).decode()


def decrypt(text: str) -> str:
    """Raises cryptography.fernet.InvalidToken if it was made with neither SECRET_KEY nor a fallback."""
    return _fernet().decrypt(text.encode()).decode()


def _fernet() -> MultiFernet:
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_key(secret)) for secret in secrets])


def _key(secret: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.blake2b(PURPOSE, key=_short(secret), digest_size=32).digest())


def _short(secret: str) -> bytes:
    return hashlib.sha512(secret.encode()).digest()  # the longest key that BLAKE2 takes
