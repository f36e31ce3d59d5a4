"""The only writer of what people set for a gateway: the API, the console and the command line call it."""

from hashlib import sha256
from typing import Any

import structlog
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.versions import Versions, check_version
from notification_service.mailings.gateways.invalid import InvalidGateway, refuse
from notification_service.mailings.gateways.problems import (
    OF_ENVIRONMENT,
    POSITIVE,
    STORED,
    GatewayNameTaken,
    differs,
    problems_of,
    url_problems,
    with_url,
)
from notification_service.mailings.gateways.tls_problems import FIELDS as OF_TLS
from notification_service.mailings.gateways.tokens import encrypt_token
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN
from notification_service.mailings.wake_up import SEND, wake_up

FIELDS = OF_ENVIRONMENT | POSITIVE.keys() | OF_TLS | {"priority", "enabled"}
HIDDEN = "hidden"

log = structlog.get_logger(__name__)


class GatewayInUse(Exception):  # noqa: N818
    """It cannot be deleted; `args[0]` says why to a person."""


def save_gateway(gateway: Gateway | None, *, expected: Versions = None, **changes: Any) -> Gateway:
    """Add a gateway (None) or change one; the workers follow within seconds.

    Fields: those of `Gateway` that people set, and `token` and `tls_key`, which are stored encrypted (""
    deletes them). Without a certificate, its key goes, too. Raises InvalidGateway, Gateway.DoesNotExist if it
    was deleted in the meantime, and Stale if it has none of the `expected` versions.
    """
    if unknown := changes.keys() - FIELDS:
        raise TypeError(f"not a field of a gateway: {sorted(unknown)}")
    changes = with_url(gateway or Gateway(), changes)
    of_url = [*url_problems(gateway or Gateway(), changes)]  # before the transaction: it asks the resolver
    try:
        with transaction.atomic():
            return _save(gateway.pk if gateway else None, changes, expected, of_url)
    except IntegrityError:
        raise GatewayNameTaken(changes["name"]) from None


@transaction.atomic
def release_gateway(gateway_id: int) -> Gateway:
    """Have a held gateway probed at once. Raises Gateway.DoesNotExist."""
    gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
    if gateway.held_at is not None:
        Gateway.objects.filter(pk=gateway_id).update(probe_at=Now(), probing_since=None)
        gateway.refresh_from_db(fields=["probe_at"])
        record(Action.GATEWAY_RELEASED, object_id=gateway_id, object_name=gateway.name)
        log.info("gateway to be tried at once", gateway=gateway.name)
        wake_up(SEND)
    return gateway


@transaction.atomic
def delete_gateway(gateway_id: int, *, expected: Versions = None) -> None:
    """Raises Gateway.DoesNotExist, Stale, and GatewayInUse for `main` and if any message uses it."""
    gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
    check_version(gateway, expected)
    if gateway.name == MAIN:
        raise GatewayInUse("The gateway `main` is the environment's: it cannot be deleted. Disable it.")
    try:
        gateway.delete()
    except ProtectedError:
        in_use = "Mailings or single messages use this gateway"
        raise GatewayInUse(f"{in_use}: it cannot be deleted. Disable it instead.") from None
    record(Action.GATEWAY_DELETED, object_id=gateway_id, object_name=gateway.name)
    log.info("gateway deleted", gateway=gateway.name)


def _save(
    gateway_id: int | None, changes: dict[str, Any], expected: Versions, of_url: list[InvalidGateway]
) -> Gateway:
    gateway = Gateway() if gateway_id is None else Gateway.objects.select_for_update().get(pk=gateway_id)
    changes = {name: value for name, value in changes.items() if differs(gateway, name, value)}
    if gateway_id is not None and not changes:
        return gateway
    check_version(gateway, expected)
    refuse([*of_url, *problems_of(gateway, changes)])
    differences = _differences(gateway, changes)
    _set(gateway, changes)
    written = {*changes, *STORED.values(), "token_variable", "updated_at"} - STORED.keys()
    gateway.save(update_fields=written if gateway_id else None)
    action = Action.GATEWAY_CHANGED if gateway_id else Action.GATEWAY_CREATED
    record(action, object_id=gateway.pk, object_name=gateway.name, changes=differences)
    log.info("gateway saved", gateway=gateway.name, fields=sorted(changes))
    wake_up(SEND)
    return gateway


def _differences(gateway: Gateway, changes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """Return the differences for the audit log: of secrets, only whether there are any."""
    differences = {
        name: (_for_audit(name, getattr(gateway, name)), _for_audit(name, value))
        for name, value in changes.items()
        if name not in STORED
    }
    if gateway.pk is None:
        differences = {name: (None, after) for name, (_default, after) in differences.items()}
    for name in STORED.keys() & changes.keys():
        before = HIDDEN if getattr(gateway, STORED[name]) else None
        differences[name] = (before, HIDDEN if changes[name] else None)
    return differences


def _for_audit(name: str, value: Any) -> Any:
    """Certificates are long, and nobody reads them: a fingerprint says whether two are the same."""
    if name in OF_TLS and value:
        return f"SHA-256 {sha256(value.encode()).hexdigest()[:16]}"
    return value


def _set(gateway: Gateway, changes: dict[str, Any]) -> None:
    """A token in one form replaces one in the other."""
    if changes.get("token_variable"):
        gateway.token_encrypted = None
    for name, value in changes.items():
        if name in STORED:
            setattr(gateway, STORED[name], encrypt_token(value) if value else None)
        else:
            setattr(gateway, name, value)
    if changes.get("token"):
        gateway.token_variable = ""
    if not gateway.tls_certificate:
        gateway.tls_key_encrypted = None
