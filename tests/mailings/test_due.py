"""What is due is kept by the database: a row for every pending message, at its time, and for no other."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F

from notification_service.mailings import client_changes, settlement
from notification_service.mailings.models import DueMessage, Message
from tests.factories import (
    make_client,
    make_clients_in_bulk,
    make_mailing,
    make_message,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)
from tests.reasons import http_status

pytestmark = pytest.mark.django_db

LATER = now() + timedelta(hours=3)


def assert_in_step() -> None:
    pending = Message.objects.filter(status="pending").values_list("pk", "mailing_id", "next_attempt_at")
    assert set(DueMessage.objects.values_list("message_id", "mailing_id", "at")) == set(pending)


def test_the_due_table_follows_every_change_of_a_message() -> None:
    first, second, sent = make_message(), make_message(next_attempt_at=LATER), make_message(status="sent")
    assert_in_step()
    Message.objects.filter(pk=first.pk).update(status="sending", next_attempt_at=None)
    Message.objects.filter(pk=second.pk).update(next_attempt_at=F("next_attempt_at") + timedelta(hours=1))
    Message.objects.filter(pk=sent.pk).update(status="pending", next_attempt_at=now())
    assert DueMessage.objects.count() == 2
    assert_in_step()
    Message.objects.filter(pk=second.pk).update(**http_status(503).columns)
    assert_in_step()
    Message.objects.filter(pk__in=[second.pk, sent.pk]).delete()
    assert not DueMessage.objects.exists()


def test_the_due_table_is_emptied_by_a_truncation_of_messages() -> None:
    make_message()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE mailings_message, mailings_attempt")
    assert not DueMessage.objects.exists()


def test_the_due_table_follows_a_bulk_change_after_a_plan_for_an_empty_table() -> None:
    """A plan with a look at every row for each of the others would take minutes."""
    make_message()
    Message.objects.update(status="sent", next_attempt_at=None)
    make_clients_in_bulk(50_000)
    make_messages_in_bulk(make_running_mailing())
    Message.objects.filter(status="pending").update(status="sent", next_attempt_at=None)
    assert not DueMessage.objects.exists()


def test_the_due_table_follows_clients_who_move_or_are_deleted() -> None:
    moving, leaving = make_client(), make_client()
    mailing = make_running_mailing()
    for client in (moving, leaving):
        make_message(mailing=mailing, client=client, next_attempt_at=LATER)
    client_changes.update_client(moving.pk, timezone="Asia/Omsk")
    client_changes.delete_client(leaving.pk)
    assert_in_step()
    assert DueMessage.objects.get().at <= now()


def test_the_due_table_forgets_the_messages_of_a_removed_mailing() -> None:
    mailing = make_mailing(deleted_at=now())
    make_message(mailing=mailing)
    make_message(mailing=mailing, status="sent")
    kept = make_message()
    while settlement.remove_some(mailing.pk):
        pass
    assert list(DueMessage.objects.values_list("message_id", flat=True)) == [kept.pk]
    assert_in_step()
