"""What is wrong with one mailing or one file keeps no other waiting."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, InternalError, OperationalError, connection
from psycopg import errors

from notification_service.directory.importing.uploads import lifecycle as uploads
from notification_service.directory.importing.uploads.incoming import IncomingFile
from notification_service.directory.models import BulkAction, Client, ClientUpload
from notification_service.mailings import retention, tasks
from notification_service.mailings.apart import apart
from notification_service.mailings.bulk_actions import lifecycle as bulk_actions
from notification_service.mailings.models import InboundMessage, Mailing, Message
from tests.factories import make_client, make_mailing, make_message, make_running_mailing, make_segment, now

pytestmark = pytest.mark.django_db

AGO = timedelta(minutes=1)
UNREADABLE = {"field": "of another version"}  # a condition by other rules than ours


@pytest.mark.django_db(transaction=True)
def test_a_mailing_that_cannot_be_planned_delays_the_start_of_no_other() -> None:
    make_client()
    unreadable, other = (
        make_mailing(start_at=now() - AGO, segment=make_segment().name, **fields)
        for fields in ({"where": UNREADABLE}, {})
    )
    tasks.start()
    statuses = Mailing.objects.order_by("pk").values_list("status", flat=True)
    assert list(statuses) == ["running", "running"]
    assert [Message.objects.filter(mailing=each).count() for each in (unreadable, other)] == [0, 1]


def test_a_mailing_whose_hours_are_not_known_here_delays_the_deadline_of_no_other() -> None:
    changed = make_running_mailing(window_changed_at=now(), window_holidays="QQ")
    make_message(changed, next_attempt_at=now() + AGO)
    ended = make_message(make_running_mailing(end_at=now() - AGO))
    tasks.settle()
    ended.refresh_from_db()
    assert ended.status == "expired"


def refuse(table: str, *, to: str, pk: int) -> None:
    """As a trigger or a damaged row would, of one row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'this row cannot be changed'; END $$"
        )
        cursor.execute(
            f"CREATE TRIGGER refuse BEFORE {to} ON {table} FOR EACH ROW "
            f"WHEN (OLD.id = {pk}) EXECUTE FUNCTION refuse()"
        )


def test_a_mailing_that_cannot_be_removed_keeps_no_other_from_being(settings: Any) -> None:
    settings.RETENTION_DAYS = 1
    old = {"status": "finished", "finished_at": now() - timedelta(days=2)}
    first, _ = make_mailing(**old), make_mailing(**old)
    refuse("mailings_mailing", to="UPDATE", pk=first.pk)
    tasks.retire()
    assert list(Mailing.objects.values_list("pk", flat=True)) == [first.pk]


def test_what_cannot_be_swept_leaves_the_rest_to_be_swept(settings: Any) -> None:
    settings.RETENTION_DAYS, settings.SESSION_ENGINE = 1, "of.another.version"
    make_reply = InboundMessage.objects.create
    reply = make_reply(gateway=None, phone="79161234567", text="Yes", at=now(), is_stop=False)
    InboundMessage.objects.filter(pk=reply.pk).update(received_at=now() - timedelta(days=2))
    retention.sweep()
    assert not InboundMessage.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_file_that_cannot_be_imported_delays_neither_another_nor_a_bulk_action() -> None:
    for number in range(2):
        arrival = IncomingFile(file_name="clients.csv", by="anna")
        arrival.write(f"phone,timezone\n7916123456{number},Europe/Moscow\n".encode())
        uploads.start(arrival.finish().pk, by="anna")
    damaged = ClientUpload.objects.earliest("pk")
    ClientUpload.objects.filter(pk=damaged.pk).update(encoding="unknown")
    make_client(phone="79990000000")
    bulk_actions.request_action(kind="add_tag", tag="vip", chosen={})
    tasks.import_uploads()
    assert list(Client.objects.filter(tag="vip").values_list("phone", flat=True).order_by("phone")) == [
        "79161234561",
        "79990000000",
    ]
    assert BulkAction.objects.get().status == "finished"


@pytest.mark.parametrize(
    ("error", "cause"), [(OperationalError(), None), (InternalError(), errors.ReadOnlySqlTransaction())]
)
def test_a_database_that_is_away_or_takes_no_changes_is_nobodys_own_fault(
    error: DatabaseError, cause: Exception | None
) -> None:
    error.__cause__ = cause
    with pytest.raises(type(error)), apart("not done"):
        raise error
