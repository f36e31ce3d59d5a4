"""A gateway's own authorities, and the certificate that we show it: what is wrong with them, before use."""

from datetime import datetime
from typing import NoReturn

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable
from notification_service.tls import client_context

PEM_CHARACTERS = 200_000


def check_authorities(pem: str, *, now: datetime) -> None:
    """Raise GatewayUnusable unless it has certificates, one of them valid now."""
    found = _certificates(pem)
    if not any(_is_valid(each, now) for each in found):
        _refuse(GatewayFault.CERTIFICATE_EXPIRED, f"none is valid now: the last ends on {_end(found)}")
    _try(ca=pem)


def check_certificate(pem: str, *, now: datetime) -> None:
    """Raise GatewayUnusable unless it is a certificate that is valid now, perhaps with those of its chain."""
    own, *_ = _certificates(pem)
    if now < own.not_valid_before_utc:
        _refuse(
            GatewayFault.CERTIFICATE_EXPIRED, f"it is valid from {own.not_valid_before_utc:%Y-%m-%d} only"
        )
    if not _is_valid(own, now):
        _refuse(GatewayFault.CERTIFICATE_EXPIRED, f"it expired on {_end([own])}")


def check_key(pem: str, *, certificate: str) -> None:
    """Raise GatewayUnusable, without the key, unless it is the certificate's own."""
    own, *_ = _certificates(certificate)
    try:
        public = load_pem_private_key(pem.encode(), password=None).public_key()
    except TypeError:
        _refuse(GatewayFault.CERTIFICATE_UNREADABLE, "the key has a password: give it without one")
    except ValueError:
        _refuse(GatewayFault.CERTIFICATE_UNREADABLE, "must be a private key in PEM")
    form = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    if public.public_bytes(*form) != own.public_key().public_bytes(*form):
        _refuse(GatewayFault.KEY_MISFIT, "it is not the key of the certificate")
    _try(certificate=certificate, key=pem)


def _certificates(pem: str) -> list[x509.Certificate]:
    if "PRIVATE KEY" in pem:
        _refuse(
            GatewayFault.CERTIFICATE_UNREADABLE,
            "there is a private key in it: a certificate alone is kept here",
        )
    try:
        return x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        _refuse(GatewayFault.CERTIFICATE_UNREADABLE, "must be certificates in PEM")


def _try(**parts: str) -> None:
    """Let OpenSSL load it, which has rules of its own: it refuses short keys, for example."""
    try:
        client_context(**parts)
    except (OSError, ValueError) as error:
        _refuse(GatewayFault.CERTIFICATE_UNREADABLE, f"it cannot be used: {error}")


def _is_valid(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _end(certificates: list[x509.Certificate]) -> str:
    return f"{max(each.not_valid_after_utc for each in certificates):%Y-%m-%d}"


def _refuse(problem: GatewayFault, detail: str) -> NoReturn:
    raise GatewayUnusable(problem, detail)
