"""What is wrong with a gateway's own authorities, certificate and key."""

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils import timezone

from notification_service.mailings.gateways.certificates import (
    PEM_CHARACTERS,
    check_authorities,
    check_certificate,
    check_key,
)
from notification_service.mailings.gateways.invalid import InvalidGateway
from notification_service.mailings.gateways.tokens import decrypt_key
from notification_service.mailings.gateways.unusable import GatewayFault, GatewayUnusable
from notification_service.mailings.models import Gateway

FIELDS = {"tls_ca", "tls_certificate", "tls_key"}


def tls_problems(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    given = {field: changes[field] for field in FIELDS & changes.keys() if changes[field]}
    for field in sorted(given):
        if len(given[field]) > PEM_CHARACTERS:
            detail = f"must be {PEM_CHARACTERS} characters at most"
            yield InvalidGateway(field, GatewayFault.CERTIFICATE_UNREADABLE, detail)
            return
    now = timezone.now()
    if ca := given.get("tls_ca"):
        yield from _refused("tls_ca", lambda: check_authorities(ca, now=now))
    if given.get("tls_key") and settings.SECRET_KEY_IS_TEMPORARY:
        detail = "SECRET_KEY is not set: no worker could read the key"
        yield InvalidGateway("tls_key", GatewayFault.SECRET_KEY_MISSING, detail)
    if changes.keys() & {"tls_certificate", "tls_key"}:
        yield from _pair_problems(gateway, changes)


def _pair_problems(gateway: Gateway, changes: dict[str, Any]) -> Iterator[InvalidGateway]:
    """A certificate without one of the same request keeps its key: it may have been renewed."""
    certificate = changes.get("tls_certificate", gateway.tls_certificate)
    if not certificate:
        if changes.get("tls_key"):
            detail = "there is a key, so there must be its certificate"
            yield InvalidGateway("tls_certificate", GatewayFault.CERTIFICATE_MISSING, detail)
        return
    wrong = list(_refused("tls_certificate", lambda: check_certificate(certificate, now=timezone.now())))
    yield from wrong
    if not _has_key(gateway, changes):
        yield InvalidGateway("tls_key", GatewayFault.KEY_MISSING, "a certificate needs its key")
    elif not wrong:
        yield from _refused("tls_key", lambda: check_key(_key(gateway, changes), certificate=certificate))


def _has_key(gateway: Gateway, changes: dict[str, Any]) -> bool:
    return bool(changes["tls_key"]) if "tls_key" in changes else gateway.tls_key_encrypted is not None


def _key(gateway: Gateway, changes: dict[str, Any]) -> str:
    if "tls_key" in changes:
        return str(changes["tls_key"])
    assert gateway.tls_key_encrypted is not None
    return decrypt_key(gateway.tls_key_encrypted)


def _refused(field: str, check: Callable[[], None]) -> Iterator[InvalidGateway]:
    try:
        check()
    except GatewayUnusable as error:
        yield InvalidGateway(field, error.problem, error.reason)
