"""TLS to a server that we ask: which authorities are trusted, and our own certificate."""

import os
import secrets
import ssl
import tempfile

from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)


def client_context(*, ca: str = "", certificate: str = "", key: str = "") -> ssl.SSLContext:
    """Return a context that always verifies certificates and names; all three are PEM.

    `ca`: certificates to trust instead of the system's. Raises OSError and ValueError for what is not usable.
    """
    context = ssl.create_default_context(cadata=ca or None)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    if certificate:
        _show(context, certificate, key)
    return context


def _show(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """OpenSSL reads our certificate from a file; the key is in it under a password that nobody keeps."""
    password = secrets.token_bytes(32).hex()
    parsed = load_pem_private_key(key.encode(), password=None)
    encryption = BestAvailableEncryption(password.encode())
    pem = parsed.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    descriptor, name = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(certificate.strip().encode() + b"\n" + pem)
        context.load_cert_chain(name, password=password)
    finally:
        os.unlink(name)  # noqa: PTH108 (it has a name, and nothing else)
