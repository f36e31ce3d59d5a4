"""The only writer of single clients. It does not know about their waiting messages.

So everything above the domain calls `mailings.client_changes` instead.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import structlog
from django.db import transaction
from django.db.models.functions import Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record, record_new
from notification_service.database.new_rows import savepoint_within_transaction
from notification_service.directory.models import Client
from notification_service.directory.rules import BETWEEN_DIGITS, operator_code_of, with_all_tags
from notification_service.directory.sql import sql
from notification_service.directory.versions import Versions, check_version

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ClientChange:
    client: Client
    has_moved: bool  # to another time zone


def create_client(**fields: Any) -> Client:
    """Without an operator code, the phone's is taken. `tag` is the same as `tags` with it alone.

    Raises IntegrityError if another client has the phone or the external id.
    """
    client = Client(**_completed(fields))
    with savepoint_within_transaction():
        record_new(client, Action.CLIENT_CREATED)
    log.info("client created", client_id=client.pk)
    return client


@transaction.atomic
def change_client(client_id: int, *, expected: Versions = None, **changes: Any) -> ClientChange:
    """A phone without an operator code also sets the code, and `tag` sets `tags`.

    A value equal to the present one is not a change.
    Raises Client.DoesNotExist, IntegrityError if another client has the phone, and Stale if the client has
    none of the `expected` versions.
    """
    client = Client.objects.alive().select_for_update().get(pk=client_id)
    changes = _completed(changes)
    has_moved = changes.get("timezone", client.timezone) != client.timezone
    changed = sorted(name for name, value in changes.items() if getattr(client, name) != value)
    if not changed:
        return ClientChange(client, has_moved)
    check_version(client, expected)
    for name in changed:
        setattr(client, name, changes[name])
    client.save()
    said = [name for name in changed if name != "tag"]  # it never changes without `tags`
    # The former values are personal data, which must disappear with the person.
    record(Action.CLIENT_CHANGED, object_id=client_id, fields=said)
    log.info("client changed", client_id=client_id, fields=said, moved=has_moved)
    return ClientChange(client, has_moved)


@transaction.atomic
def erase_client(client_id: int, *, expected: Versions = None) -> str:
    """Remove the personal data; the id stays, as messages refer to it. Return the former phone.

    Raises Client.DoesNotExist, Stale.
    """
    client = Client.objects.alive().select_for_update().get(pk=client_id)
    check_version(client, expected)
    phone = client.phone or ""
    sql.execute("forget_rejected_lines", digits=phone[1:], between=BETWEEN_DIGITS)
    _erase([client_id])
    return phone


@transaction.atomic
def erase_clients(client_ids: Sequence[int]) -> dict[int, str]:
    """Remove the personal data of those who are still there. Return their former phones by id."""
    # In the order of phones, as imports lock clients.
    found = Client.objects.alive().filter(pk__in=client_ids).order_by("phone").select_for_update()
    phones = {pk: phone or "" for pk, phone in found.values_list("pk", "phone")}
    digits = [phone[1:] for phone in phones.values()]
    sql.execute("forget_rejected_lines_of_many", digits=digits, between=BETWEEN_DIGITS)
    _erase(list(phones))
    return phones


def _erase(client_ids: Sequence[int]) -> None:
    Client.objects.filter(pk__in=client_ids).update(
        phone=None,
        operator_code="",
        tag="",
        tags=[],
        timezone="UTC",
        external_id=None,
        attributes={},
        updated_at=Now(),
        deleted_at=Now(),
    )


def _completed(fields: dict[str, Any]) -> dict[str, Any]:
    fields = with_all_tags(fields)
    if fields.get("phone") and not fields.get("operator_code"):
        return fields | {"operator_code": operator_code_of(fields["phone"])}
    return fields
