"""Single messages in the database: counted, ended in time, forgotten and found like all others."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from notification_service.mailings import retention, settlement
from notification_service.mailings.client_changes import delete_client
from notification_service.mailings.gateways import GatewayInUse, delete_gateway
from notification_service.mailings.models import (
    Attempt,
    DueMessage,
    Gateway,
    Message,
    MessageCount,
    MinuteCount,
    SingleMessage,
)
from notification_service.mailings.models.message import SINGLES
from notification_service.mailings.moments import next_moments
from notification_service.mailings.personal_data import personal_data
from notification_service.mailings.reasons import Reason, Why
from notification_service.mailings.single_messages import (
    Addressee,
    NewMessage,
    ReadyMessage,
    _insert,
    send_messages,
)
from notification_service.mailings.stats import ended_between, message_counts, overall_counts
from notification_service.mailings.wake_up import SEND, SETTLE
from tests.factories import make_attempt, make_client, make_gateway, make_message, make_single, now

pytestmark = pytest.mark.django_db

PHONE = "79161234567"
LONG_AGO = now() - timedelta(days=31)


def test_the_counters_equal_the_rows_through_every_change() -> None:
    make_message()
    messages = [make_single() for _ in range(3)]
    Message.objects.filter(pk=messages[0].pk).update(status="sent", next_attempt_at=None, sent_at=now())
    Message.objects.filter(pk=messages[1].pk).update(
        status="failed", next_attempt_at=None, **Why(Reason.HTTP_STATUS, 400).columns
    )
    make_attempt(messages[1])
    counts = message_counts([SINGLES])[SINGLES]
    there = {key: count for key, count in counts.items() if count}
    assert there == {"total": 3, "pending": 1, "sent": 1, "failed": 1}
    overall = overall_counts()
    assert (overall["messages"]["total"], overall["single"]) == (4, counts)
    messages[2].delete()
    assert message_counts([SINGLES])[SINGLES]["total"] == 2
    minute = now().replace(second=0, microsecond=0)
    lately = ended_between(minute - timedelta(minutes=1), minute + timedelta(minutes=1))
    assert (lately["sent"], lately["failed"], lately["retried"]) == (1, 1, 1)


def test_one_waits_in_the_queue_of_its_gateway() -> None:
    gateway = make_gateway()
    make_single()
    make_single(gateway=gateway)
    assert list(DueMessage.objects.order_by("-mailing").values_list("mailing", flat=True)) == [0, -gateway.pk]


def test_what_waits_past_its_deadline_expires_with_its_cause() -> None:
    late = make_single(end_at=now() - timedelta(seconds=1))
    tried = make_single(end_at=now() - timedelta(seconds=1), **Why(Reason.HTTP_STATUS, 503).columns)
    held = make_gateway(held_at=now(), held_reason=Reason.CONNECTION_REFUSED)
    kept = make_single(end_at=now() - timedelta(seconds=1), gateway=held)
    still = make_single()
    settlement.settle()
    ends = {pk: (status, error) for pk, status, error in Message.objects.values_list("pk", "status", "error")}
    assert ends == {
        late.pk: ("expired", ""),
        tried.pk: ("expired", "http_status:503"),
        kept.pk: ("expired", "connection_refused"),
        still.pk: ("pending", ""),
    }


def test_a_worker_wakes_for_the_first_to_send_and_for_the_first_deadline() -> None:
    assert SEND not in next_moments()
    make_single(next_attempt_at=now() + timedelta(minutes=5), end_at=now() + timedelta(minutes=9))
    moments = next_moments()
    assert (round(moments[SEND] / 60), round(moments[SETTLE] / 60)) == (5, 9)


@pytest.mark.parametrize("whose", ["client", "phone"])
def test_a_deleted_client_takes_them_along(whose: str) -> None:
    client = make_client(phone=PHONE)
    single = make_single(client=client if whose == "client" else None, phone=PHONE, reference="anna")
    sent = make_single(client=client if whose == "client" else None, phone=PHONE, status="sent")
    make_attempt(sent, response="unknown 79161234567")
    delete_client(client.pk)
    single.refresh_from_db()
    assert (single.status, single.why) == ("cancelled", Why(Reason.CLIENT_DELETED))
    assert Attempt.objects.get().response == ""
    said = set(SingleMessage.objects.values_list("phone", "text", "reference"))
    assert said == {("", "(removed)", "")}


def test_one_to_a_client_who_is_deleted_meanwhile_keeps_no_text() -> None:
    client = make_client()
    known = Addressee(client.pk, client.timezone)
    delete_client(client.pk)
    _insert([ReadyMessage(NewMessage(text="x", client=client.pk), known, now(), None, None)])
    assert SingleMessage.objects.get().text == "(removed)"


def test_the_data_of_a_client_has_them() -> None:
    client = make_client(phone=PHONE)
    theirs, to_phone = make_single(client=client), make_single(phone=PHONE, text="Before")
    make_single()
    found = personal_data(client)["messages"]
    assert [(row["id"], row["mailing"], row["text"]) for row in found] == [
        (theirs.pk, None, "Your code: 4711"),
        (to_phone.pk, None, "Before"),
    ]


def old(**fields: Any) -> Message:
    return make_single(status="sent", end_at=LONG_AGO, **fields)


def retire(action: str) -> int:
    return sum(retention.retire_singles(days=30, action=action))


def test_old_ones_are_removed() -> None:
    make_attempt(old())
    kept = [make_single(status="sent").pk, make_single(end_at=LONG_AGO).pk]
    assert retire("remove") == 1
    assert list(Message.objects.order_by("pk").values_list("pk", flat=True)) == kept
    assert (SingleMessage.objects.count(), Attempt.objects.count()) == (2, 0)
    assert MessageCount.objects.filter(mailing=SINGLES, sent__gt=0).count() == 1


def test_old_ones_are_anonymised_once() -> None:
    message = old(phone=PHONE, reference="anna")
    make_attempt(message, response="no")
    to_client = old(client=make_client())
    assert (retire("anonymise"), retire("anonymise")) == (2, 0)
    to_client.refresh_from_db()
    assert (to_client.client_id, Attempt.objects.get().response) == (None, "")
    said = set(SingleMessage.objects.values_list("phone", "text", "reference"))
    assert said == {("", "(removed)", "")}


def test_the_command_removes_them_as_well() -> None:
    old()
    for options, said in (({"dry_run": True}, "would remove"), ({}, "remove")):
        out = StringIO()
        call_command("remove_old_mailings", older_than=30, stdout=out, **options)
        assert out.getvalue() == f"{said}: 0 mailings, 0 messages, 1 single messages\n"
    assert not SingleMessage.objects.exists()


def test_old_minutes_are_forgotten() -> None:
    MinuteCount.objects.create(mailing_id=SINGLES, minute=now() - timedelta(days=41), slot=1)
    fresh = MinuteCount.objects.create(mailing_id=SINGLES, minute=now(), slot=1)
    retention.sweep()
    assert list(MinuteCount.objects.all()) == [fresh]


def test_a_gateway_that_one_uses_cannot_be_deleted() -> None:
    gateway = make_gateway()
    send_messages([NewMessage(text="x", phone=PHONE, gateway=gateway.name)])
    with pytest.raises(GatewayInUse):
        delete_gateway(gateway.pk)
    assert Gateway.objects.filter(pk=gateway.pk).exists()
