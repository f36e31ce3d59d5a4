"""A change and its entry stay or go together."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from notification_service.directory.models import Client
from notification_service.mailings import client_changes, gateways, lifecycle
from notification_service.mailings.models import Gateway, Mailing
from tests.audit.entries import entries_of
from tests.factories import make_client, make_mailing, make_running_mailing, now

pytestmark = pytest.mark.django_db
PHONE = "79161234567"


@pytest.fixture
def refusing_log() -> None:
    """Of the test's own transaction: every entry is refused."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
              $$ BEGIN RAISE EXCEPTION 'full'; END $$;
            CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry EXECUTE FUNCTION full_disk();
            """
        )


CHANGES: dict[str, Any] = {
    "create a mailing": lambda mailing, _: lifecycle.create_mailing(
        text="x", start_at=now(), end_at=now() + timedelta(days=1)
    ),
    "change a mailing": lambda mailing, _: lifecycle.update_mailing(mailing.pk, text="x"),
    "pause a mailing": lambda mailing, _: lifecycle.pause_mailing(mailing.pk),
    "cancel a mailing": lambda mailing, _: lifecycle.cancel_mailing(mailing.pk),
    "delete a mailing": lambda mailing, _: lifecycle.delete_mailing(mailing.pk),
    "start mailings": lambda *_: lifecycle.start_due_mailings(),
    "create a client": lambda *_: client_changes.create_client(
        phone=PHONE, operator_code="916", timezone="UTC"
    ),
    "change a client": lambda _, client: client_changes.update_client(client.pk, tag="x"),
    "delete a client": lambda _, client: client_changes.delete_client(client.pk),
    "add a gateway": lambda *_: gateways.save_gateway(None, name="x", url="http://8.8.8.8"),
    "change a gateway": lambda *_: gateways.save_gateway(Gateway.objects.get(name="main"), priority=9),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_rolled_back_when_its_entry_cannot_be_written(refusing_log: None, name: str) -> None:
    mailing, client = make_running_mailing(), make_client()
    make_mailing(start_at=now() - timedelta(minutes=2))
    before = everything()
    with pytest.raises(DatabaseError, match="full"):
        CHANGES[name](mailing, client)
    assert everything() == before


def everything() -> list[Any]:
    return [list(model.objects.order_by("pk").values()) for model in (Mailing, Client, Gateway)]


def test_a_change_that_is_rolled_back_leaves_no_entry() -> None:
    mailing = make_running_mailing()
    with entries_of() as entries, transaction.atomic():
        lifecycle.pause_mailing(mailing.pk)
        transaction.set_rollback(True)
    assert entries == []
