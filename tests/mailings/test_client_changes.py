"""Changes of clients, which their waiting messages follow."""

from datetime import timedelta

import psycopg
import pytest
from django.db import IntegrityError, connection, transaction

from notification_service.directory.models import Client
from notification_service.mailings import stats
from notification_service.mailings.client_changes import delete_client, update_client
from notification_service.mailings.models import Message
from notification_service.mailings.reasons import Reason
from tests.factories import make_attempt, make_client, make_message, make_running_mailing, now
from tests.reasons import http_status

pytestmark = pytest.mark.django_db

TOMORROW = now() + timedelta(days=1)


def test_a_change_of_a_client_is_saved() -> None:
    client = make_client()
    update_client(client.id, phone="79169999999", tag="vip", attributes={"name": "Anna"})
    client.refresh_from_db()
    assert (client.phone, client.tag, client.attributes) == ("79169999999", "vip", {"name": "Anna"})


def test_a_phone_belongs_to_one_client() -> None:
    first, second = make_client(), make_client()
    with pytest.raises(IntegrityError):
        update_client(second.id, phone=first.phone)


def test_the_waiting_messages_of_a_client_who_moved_become_due() -> None:
    message = make_message(next_attempt_at=TOMORROW)
    assert message.client_id is not None
    update_client(message.client_id, timezone="Asia/Vladivostok")
    message.refresh_from_db()
    assert message.next_attempt_at is not None
    assert message.next_attempt_at <= now()


@pytest.mark.django_db(transaction=True)
def test_a_client_has_moved_even_if_the_messages_cannot_be_looked_at_after_the_commit() -> None:
    message = make_message(next_attempt_at=TOMORROW, attempts=1)
    make_attempt(message, retry_at=TOMORROW)
    assert message.client_id is not None
    parameters = connection.get_connection_params() | {"cursor_factory": None}
    lock = "SELECT FROM mailings_message WHERE id = %s FOR UPDATE"
    with psycopg.connect(**parameters) as other, connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '50ms'")
        with transaction.atomic():
            transaction.on_commit(lambda: other.execute(lock, [message.id]))
            update_client(message.client_id, timezone="Asia/Vladivostok")
        cursor.execute("RESET lock_timeout")
    assert Client.objects.get(pk=message.client_id).timezone == "Asia/Vladivostok"


def test_a_retry_keeps_its_time_when_the_client_moves() -> None:
    message = make_message(next_attempt_at=TOMORROW, attempts=1)
    retry_at = TOMORROW - timedelta(hours=12)  # later the window in the old zone was closed
    make_attempt(message, retry_at=retry_at)
    assert message.client_id is not None
    update_client(message.client_id, timezone="Asia/Vladivostok")
    message.refresh_from_db()
    assert message.next_attempt_at == retry_at


def test_messages_of_a_client_who_did_not_move_keep_their_times() -> None:
    message, others = make_message(next_attempt_at=TOMORROW), make_message(next_attempt_at=TOMORROW)
    assert message.client_id is not None
    update_client(message.client_id, timezone="Europe/Moscow", tag="vip")
    update_client(make_client().id, timezone="Asia/Vladivostok")
    assert set(Message.objects.values_list("next_attempt_at", flat=True)) == {TOMORROW}
    assert others.status == "pending"


def test_a_deleted_client_leaves_no_personal_data() -> None:
    client = make_client(tag="vip", timezone="Asia/Omsk", attributes={"name": "Anna"})
    delete_client(client.id)
    client.refresh_from_db()
    assert (client.phone, client.operator_code, client.tag) == (None, "", "")
    assert (client.timezone, client.attributes) == ("UTC", {})
    assert client.deleted_at is not None


def test_the_phone_of_a_deleted_client_may_be_used_again() -> None:
    client = make_client(phone="79161234567")
    delete_client(client.id)
    assert make_client(phone="79161234567").id != client.id


def test_the_pending_messages_of_a_deleted_client_are_cancelled_and_counted() -> None:
    client, mailing = make_client(), make_running_mailing()
    make_message(mailing, client, attempts=1, **http_status(503).columns)
    make_message(client=client, status="sent")
    delete_client(client.id)
    assert sorted(Message.objects.values_list("status", "reason")) == [
        ("cancelled", Reason.CLIENT_DELETED),
        ("sent", ""),
    ]
    counts = stats.message_counts([mailing.id])[mailing.id]
    assert {status: count for status, count in counts.items() if count} == {"total": 1, "cancelled": 1}


@pytest.mark.parametrize("status", ["sending", "sent", "failed", "expired", "unknown"])
def test_a_message_that_is_not_pending_keeps_its_status_after_the_deletion(status: str) -> None:
    message = make_message(status=status)
    assert message.client_id is not None
    delete_client(message.client_id)
    message.refresh_from_db()
    assert message.status == status


def test_a_deleted_client_cannot_be_changed_or_deleted_again() -> None:
    client = make_client()
    delete_client(client.id)
    for call in (delete_client, update_client):
        with pytest.raises(Client.DoesNotExist):
            call(client.id)
