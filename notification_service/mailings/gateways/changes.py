"""The only writer of what people set of a gateway: the API, the console and the command line end here."""

import re
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError
from django.db.models import ProtectedError
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.versions import Versions, check_version
from notification_service.mailings.gateways.address import check_url
from notification_service.mailings.gateways.tokens import HEADER_SAFE, VARIABLE, encrypt_token
from notification_service.mailings.gateways.unusable import GatewayUnusable, Problem
from notification_service.mailings.models import Gateway
from notification_service.mailings.models.gateway import MAIN
from notification_service.mailings.wake_up import SEND, wake_up
from notification_service.sessions import request_transaction

NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
TOKEN_LENGTH = 4096
MOST_SECONDS = 300
MOST_CONCURRENCY = 100_000
MOST_PER_SECOND = 1_000_000
POSITIVE = {
    "connect_timeout_seconds": MOST_SECONDS,
    "request_timeout_seconds": MOST_SECONDS,
    "max_requests_per_second": MOST_PER_SECOND,
    "max_concurrency": MOST_CONCURRENCY,
}
TOKENS = {"token", "token_variable"}
OF_ENVIRONMENT = {"name", "kind", "url", "token", "token_variable"}  # of `main`: not for anyone to change
FIELDS = OF_ENVIRONMENT | POSITIVE.keys() | {"priority", "enabled"}

HIDDEN = "hidden"
OF_MAIN = "the gateway `main` has it from the environment"

log = structlog.get_logger(__name__)


class InvalidGateway(ValueError):  # noqa: N818
    """The value of `field` is not acceptable; `problem` and, to a person, `detail` say why."""

    def __init__(self, field: str, problem: Problem, detail: str) -> None:
        super().__init__(detail)
        self.field = field
        self.problem = problem
        self.detail = detail


class GatewayNameTaken(InvalidGateway):
    """By `existing`, unless that has gone meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__("name", Problem.NAME_TAKEN, "another gateway has this name")
        self.existing = Gateway.objects.filter(name=name).first()


class GatewayInUse(Exception):  # noqa: N818
    """It cannot be deleted; `args[0]` says why to a person."""


def save_gateway(gateway: Gateway | None, *, expected: Versions = None, **changes: Any) -> Gateway:
    """Add a gateway (None), or change one; the workers follow within seconds.

    Fields: those of `Gateway` that people set, and `token`, which is kept encrypted ("" forgets it).
    Raises InvalidGateway, Gateway.DoesNotExist where it was deleted meanwhile, and Stale where it has none of
    the `expected` versions.
    """
    if unknown := changes.keys() - FIELDS:
        raise TypeError(f"not a field of a gateway: {sorted(unknown)}")
    if "url" in changes and not (gateway and changes["url"] == gateway.url):
        _check_url(gateway, changes["url"])  # before the transaction: it asks the resolver
    try:
        with request_transaction():
            return _save(gateway.pk if gateway else None, changes, expected)
    except IntegrityError:
        raise GatewayNameTaken(changes["name"]) from None


@request_transaction()
def release_gateway(gateway_id: int) -> Gateway:
    """Have a held gateway probed at once. Raises Gateway.DoesNotExist."""
    gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
    if gateway.held_at is not None:
        Gateway.objects.filter(pk=gateway_id).update(probe_at=Now(), probing_since=None)
        record(Action.GATEWAY_RELEASED, object_id=gateway_id, object_name=gateway.name)
        log.info("gateway to be tried at once", gateway=gateway.name)
        wake_up(SEND)
    return gateway


@request_transaction()
def delete_gateway(gateway_id: int, *, expected: Versions = None) -> None:
    """Raises Gateway.DoesNotExist, Stale, and GatewayInUse for `main` and where a mailing names it."""
    gateway = Gateway.objects.select_for_update().get(pk=gateway_id)
    check_version(gateway, expected)
    if gateway.name == MAIN:
        raise GatewayInUse("The gateway `main` is the environment's: it cannot be deleted. Disable it.")
    try:
        gateway.delete()
    except ProtectedError:
        raise GatewayInUse("Mailings use this gateway: it cannot be deleted. Disable it instead.") from None
    record(Action.GATEWAY_DELETED, object_id=gateway_id, object_name=gateway.name)
    log.info("gateway deleted", gateway=gateway.name)


def _save(gateway_id: int | None, changes: dict[str, Any], expected: Versions) -> Gateway:
    gateway = Gateway() if gateway_id is None else Gateway.objects.select_for_update().get(pk=gateway_id)
    changes = {name: value for name, value in changes.items() if _differs(gateway, name, value)}
    if gateway_id is not None and not changes:
        return gateway
    check_version(gateway, expected)
    _check(gateway, changes)
    differences = _differences(gateway, changes)
    _set(gateway, changes)
    written = [name for name in (*changes, "token_encrypted", "token_variable") if name != "token"]
    gateway.save(update_fields={*written, "updated_at"} if gateway_id else None)
    action = Action.GATEWAY_CHANGED if gateway_id else Action.GATEWAY_CREATED
    record(action, object_id=gateway.pk, object_name=gateway.name, changes=differences)
    log.info("gateway saved", gateway=gateway.name, fields=sorted(changes))
    wake_up(SEND)
    return gateway


def _differences(gateway: Gateway, changes: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
    """For the audit log: of a token only whether there is one."""
    differences = {
        name: (getattr(gateway, name), value) for name, value in changes.items() if name != "token"
    }
    if gateway.pk is None:
        differences = {name: (None, after) for name, (_default, after) in differences.items()}
    if "token" in changes:
        differences["token"] = (
            HIDDEN if gateway.token_encrypted else None,
            HIDDEN if changes["token"] else None,
        )
    return differences


def _differs(gateway: Gateway, name: str, value: Any) -> bool:
    if name == "token":
        return bool(value) or gateway.token_encrypted is not None
    return bool(getattr(gateway, name) != value)


def _check(gateway: Gateway, changes: dict[str, Any]) -> None:
    if gateway.name == MAIN and (fixed := sorted(changes.keys() & OF_ENVIRONMENT)):
        raise InvalidGateway(fixed[0], Problem.OF_ENVIRONMENT, OF_MAIN)
    if gateway.pk is None and not changes.get("url"):
        raise InvalidGateway("url", Problem.URL_MISSING, "a gateway needs a URL")
    if not NAME.fullmatch(changes.get("name", gateway.name)):
        detail = "must be small letters a to z, digits, _ and -, 64 at most"
        raise InvalidGateway("name", Problem.NAME_MALFORMED, detail)
    if changes.get("kind", gateway.kind) not in Gateway.Kind.values:
        detail = f"must be one of {', '.join(Gateway.Kind.values)}"
        raise InvalidGateway("kind", Problem.KIND_UNKNOWN, detail)
    for name, most in POSITIVE.items():
        if (value := changes.get(name)) is not None and not 0 < value <= most:
            detail = f"must be more than 0, and {most} at most"
            raise InvalidGateway(name, Problem.OUT_OF_RANGE, detail)
    if not -(2**15) <= changes.get("priority", 0) < 2**15:
        raise InvalidGateway("priority", Problem.OUT_OF_RANGE, "must be between -32768 and 32767")
    _check_token(changes)
    _check_move(gateway, changes)


def _check_move(gateway: Gateway, changes: dict[str, Any]) -> None:
    """A token was given for one server: another gets it only from somebody who knows it."""
    has_token = gateway.token_encrypted or gateway.token_variable
    if gateway.pk is None or not has_token or "url" not in changes or changes.keys() & TOKENS:
        return
    if _origin(changes["url"]) != _origin(gateway.url):
        detail = "the address is another server's: enter the token again"
        raise InvalidGateway("token", Problem.TOKEN_OF_ANOTHER_SERVER, detail)


def _origin(url: str) -> tuple[str, str]:
    scheme, _, rest = url.lower().partition("://")
    return scheme, rest.partition("/")[0]


def _check_token(changes: dict[str, Any]) -> None:
    token, variable = changes.get("token"), changes.get("token_variable")
    if token and variable:
        raise InvalidGateway("token_variable", Problem.TOKEN_TWICE, "give a token or a variable, not both")
    if variable and not VARIABLE.fullmatch(variable):
        detail = "must begin with GATEWAY_TOKEN: capitals, digits and _"
        raise InvalidGateway("token_variable", Problem.VARIABLE_MALFORMED, detail)
    if token and (len(token) > TOKEN_LENGTH or not HEADER_SAFE.fullmatch(token)):
        raise InvalidGateway("token", Problem.TOKEN_MALFORMED, "must be printable ASCII without spaces")
    if token and settings.SECRET_KEY_IS_TEMPORARY:
        detail = "SECRET_KEY is not set: no worker could read the token"
        raise InvalidGateway("token", Problem.SECRET_KEY_MISSING, detail)


def _check_url(gateway: Gateway | None, url: str) -> None:
    if gateway and gateway.name == MAIN:
        raise InvalidGateway("url", Problem.OF_ENVIRONMENT, OF_MAIN)
    try:
        check_url(url)
    except GatewayUnusable as error:
        raise InvalidGateway("url", error.problem, error.reason) from None


def _set(gateway: Gateway, changes: dict[str, Any]) -> None:
    """A token in the one form ends the other."""
    if changes.get("token_variable"):
        gateway.token_encrypted = None
    for name, value in changes.items():
        if name != "token":
            setattr(gateway, name, value)
    if "token" in changes:
        token = changes["token"]
        gateway.token_encrypted = encrypt_token(token) if token else None
        gateway.token_variable = "" if token else gateway.token_variable
