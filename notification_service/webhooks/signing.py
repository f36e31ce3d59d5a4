"""Secrets and signatures as Standard Webhooks has them. Pure."""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Iterable
from hashlib import sha256
from secrets import token_bytes

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    return PREFIX + b64encode(token_bytes(SECRET_BYTES)).decode()


def signed_headers(*, webhook_id: str, timestamp: int, body: bytes, secrets: Iterable[str]) -> bytes:
    """Return the lines of the request's head; while a secret is being replaced, with a signature by each."""
    signed = f"{webhook_id}.{timestamp}.".encode() + body
    signatures = " ".join(_signature(secret, signed) for secret in secrets)
    return (
        f"webhook-id: {webhook_id}\r\nwebhook-timestamp: {timestamp}\r\nwebhook-signature: {signatures}\r\n"
    ).encode("ascii")


def _signature(secret: str, signed: bytes) -> str:
    key = b64decode(secret.removeprefix(PREFIX))
    return f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"
