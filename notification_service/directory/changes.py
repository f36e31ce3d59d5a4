"""The only writer of single clients. What their waiting messages must follow is not known here.

So `mailings.client_changes` is the way in for whoever is above the domain.
"""

from dataclasses import dataclass
from typing import Any

import structlog
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.directory.models import Client
from notification_service.directory.rules import BETWEEN_DIGITS, operator_code_of
from notification_service.directory.sql import sql
from notification_service.directory.versions import Versions, check_version
from notification_service.sessions import request_transaction

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientChange:
    client: Client
    has_moved: bool  # to another time zone


@request_transaction()
def create_client(**fields: Any) -> Client:
    """The operator code is the phone's where none is given.

    Raises IntegrityError where the phone is another client's.
    """
    client = Client.objects.create(**_with_operator_code(fields))
    record(Action.CLIENT_CREATED, object_id=client.pk)
    log.info("client created", client_id=client.pk)
    return client


@request_transaction()
def change_client(client_id: int, *, expected: Versions = None, **changes: Any) -> ClientChange:
    """A phone without an operator code sets the code too. A value equal to the present one is no change.

    Raises Client.DoesNotExist, IntegrityError where the phone is another client's, and Stale where the
    client has none of the `expected` versions.
    """
    client = Client.objects.alive().select_for_update().get(pk=client_id)
    changes = _with_operator_code(changes)
    has_moved = changes.get("timezone", client.timezone) != client.timezone
    changed = sorted(name for name, value in changes.items() if getattr(client, name) != value)
    if not changed:
        return ClientChange(client, has_moved)
    check_version(client, expected)
    for name in changed:
        setattr(client, name, changes[name])
    client.save()
    # What it was before is the person's own, and goes when the person goes.
    record(Action.CLIENT_CHANGED, object_id=client_id, fields=changed)
    log.info("client changed", client_id=client_id, fields=changed, moved=has_moved)
    return ClientChange(client, has_moved)


@request_transaction()
def erase_client(client_id: int, *, expected: Versions = None) -> str:
    """Remove the personal data; the id stays, for messages refer to it. Return the phone it was.

    Raises Client.DoesNotExist, Stale.
    """
    client = Client.objects.alive().select_for_update().get(pk=client_id)
    check_version(client, expected)
    phone = client.phone or ""
    sql.execute("forget_rejected_lines", digits=phone[1:], between=BETWEEN_DIGITS)
    client.phone = None
    client.operator_code = client.tag = ""
    client.timezone = "UTC"
    client.attributes = {}
    client.deleted_at = Now()
    client.save()
    return phone


def _with_operator_code(fields: dict[str, Any]) -> dict[str, Any]:
    if fields.get("phone") and not fields.get("operator_code"):
        return fields | {"operator_code": operator_code_of(fields["phone"])}
    return fields
