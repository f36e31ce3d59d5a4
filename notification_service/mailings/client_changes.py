"""Changes of clients that their waiting messages must follow."""

from collections.abc import Sequence
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Greatest, Now

from notification_service.audit.actions import Action
from notification_service.audit.log import record
from notification_service.mailings.models import Attempt, DueMessage, Message
from notification_service.directory.models import Client
from notification_service.mailings.wake_up import SEND, wake_up

LAST_RETRY = Subquery(
    Attempt.objects.filter(message=OuterRef("pk"), retry_at__isnull=False)
    .order_by("-retry_at")
    .values("retry_at")[:1]
)

log = structlog.get_logger(__name__)


@transaction.atomic
def create_client(**fields: Any) -> Client:
    """Raises IntegrityError where the phone is another client's."""
    client = Client.objects.create(**fields)
    record(Action.CLIENT_CREATED, object_id=client.pk)
    log.info("client created", client_id=client.pk)
    return client


@transaction.atomic
def update_client(client_id: int, **changes: Any) -> Client:
    """Change a client; one who moved to another zone has the waiting messages looked at anew.

    Raises Client.DoesNotExist, and IntegrityError where the phone is another client's.
    """
    client = Client.objects.alive().select_for_update().get(pk=client_id)
    moved = changes.get("timezone", client.timezone) != client.timezone
    changed = sorted(name for name, value in changes.items() if getattr(client, name) != value)
    for name, value in changes.items():
        setattr(client, name, value)
    client.save()
    if changed:  # what it was before is the person's own, and goes when the person goes
        record(Action.CLIENT_CHANGED, object_id=client_id, fields=changed)
    log.info("client changed", client_id=client_id, fields=sorted(changes), moved=moved)
    if moved:
        reconsider_waiting([client_id])
    return client


def reconsider_waiting(client_ids: Sequence[int]) -> None:
    """Make what waits for a window due: the engine puts off what is closed. A retry keeps its time.

    A message that another transaction holds is being claimed, ended or made due: nothing to wait for.
    """
    waiting = DueMessage.objects.filter(message__client_id__in=client_ids, at__gt=Now())
    free = waiting.select_for_update(of=("self",), skip_locked=True)
    Message.objects.filter(pk__in=free.values("pk")).update(
        next_attempt_at=Greatest(Now(), LAST_RETRY)  # NULL, where there was none, is not the greatest
    )
    wake_up(SEND)


@transaction.atomic
def delete_client(client_id: int) -> None:
    """Remove the personal data and cancel what is unsent; the messages keep their counts.

    What a worker holds at this moment may still go out. Raises Client.DoesNotExist.
    """
    client = Client.objects.alive().select_for_update().get(pk=client_id)
    client.phone = None
    client.operator_code = client.tag = ""
    client.timezone = "UTC"
    client.attributes = {}
    client.deleted_at = _now()
    client.save()
    waiting = DueMessage.objects.filter(message__client=client).order_by("pk")
    message_ids = list(waiting.select_for_update(of=("self",)).values_list("pk", flat=True))
    Message.objects.filter(pk__in=message_ids).update(
        status=Message.Status.CANCELLED, next_attempt_at=None, error="client deleted"
    )
    record(Action.CLIENT_DELETED, object_id=client_id, cancelled_messages=len(message_ids))
    log.info("client deleted", client_id=client_id, cancelled_message_ids=message_ids)


def _now() -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        return cursor.fetchone()[0]
