"""A row that is inserted by a statement written once is the row that the ORM would have made."""

from typing import Any

import pytest
from django.db import DatabaseError, connection

from notification_service.audit.actions import Action
from notification_service.audit.log import record_new
from notification_service.audit.models import Entry
from notification_service.database.new_rows import insert
from notification_service.directory.models import Client
from notification_service.mailings.models import Mailing
from tests.factories import make_client, make_gateway, now

pytestmark = pytest.mark.django_db
PHONE = "79161234567"


def new_client(**fields: Any) -> Client:
    return Client(**{"phone": PHONE, "operator_code": "916", "timezone": "UTC"} | fields)


def new_mailing(**fields: Any) -> Mailing:
    return Mailing(**{"text": "x", "start_at": now(), "end_at": now()} | fields)


def test_the_object_has_what_the_database_made_of_the_row() -> None:
    client = new_client(tag="vip", attributes={"city": "Kazan", "age": 40})
    insert(client)
    stored = Client.objects.get()
    assert client.__dict__ | {"_state": None} == stored.__dict__ | {"_state": None}
    assert (client.tags, client.attributes["city"], client._state.adding) == (["vip"], "Kazan", False)


def test_a_column_may_be_empty_in_one_row_and_not_in_the_next() -> None:
    gateway = make_gateway()
    conditions = [None, {"tags": ["vip"]}, None]
    for minutes, where in zip([None, 5, None], conditions, strict=True):
        made = new_mailing(end_at=now().replace(year=9999), spread_minutes=minutes, where=where)
        made.gateway = gateway if minutes else None
        insert(made)
    columns = ("spread_minutes", "where", "gateway__name")
    assert list(Mailing.objects.order_by("pk").values_list(*columns)) == [
        (None, None, None),
        (5, {"tags": ["vip"]}, gateway.name),
        (None, None, None),
    ]


def test_the_entry_beside_a_row_has_its_id() -> None:
    client = new_client()
    record_new(client, Action.CLIENT_CREATED)
    entry = Entry.objects.get()
    assert (entry.action, entry.object_kind, entry.object_id) == ("client.created", "client", client.pk)


@pytest.mark.django_db(transaction=True)
def test_a_row_is_not_kept_without_the_entry_beside_it() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE audit_entry ADD CONSTRAINT full_disk CHECK (false) NOT VALID")
    try:
        with pytest.raises(DatabaseError, match="full_disk"):
            record_new(new_client(), Action.CLIENT_CREATED)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE audit_entry DROP CONSTRAINT full_disk")
    assert not Client.objects.exists()


def test_a_new_row_can_be_changed_like_any_other() -> None:
    make_client()
    client = new_client()
    insert(client)
    client.timezone = "Europe/Moscow"
    client.save()
    assert Client.objects.get(phone=PHONE).timezone == "Europe/Moscow"
