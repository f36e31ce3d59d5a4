"""Receipts are right in the end: twice, late, in any order, and before our own record of the send."""

import threading
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection

from notification_service.mailings import stats
from notification_service.mailings.models import EarlyReceipt, Gateway, Message, ProviderMessage
from notification_service.mailings.receipts import (
    Receipt,
    ReceiptTally,
    forget_unknown,
    record_early_receipts,
    record_receipts,
)
from tests.delivery.database import claim, ids, record_sent
from tests.factories import (
    make_attempt,
    make_clients_in_bulk,
    make_gateway,
    make_message,
    make_messages,
    make_messages_in_bulk,
    make_running_mailing,
    now,
)

pytestmark = pytest.mark.django_db


def main() -> int:
    return int(Gateway.objects.get(name="main").pk)


def tell(*receipts: Receipt, gateway: int | None = None) -> ReceiptTally:
    return record_receipts(gateway or main(), receipts)


def sent(**fields: Any) -> Message:
    known: dict[str, Any] = {"status": "sent", "attempts": 1, "gateway_id": main(), "sent_at": now()}
    return make_message(**known | fields)


def counts_of(message: Message) -> stats.Counts:
    assert message.mailing_id is not None
    return stats.counts_of([message.mailing_id])[message.mailing_id]


def delivery_of(message: Message) -> tuple[str | None, datetime | None, str]:
    message.refresh_from_db()
    return message.delivery, message.delivered_at, message.delivery_reason


def test_a_receipt_is_written_on_its_message() -> None:
    first, second, at = sent(), sent(), now() - timedelta(minutes=1)
    tally = tell(
        Receipt("delivered", message_id=first.pk, at=at),
        Receipt("undelivered", message_id=second.pk, at=at, reason="absent"),
    )
    assert (tally.delivered, tally.undelivered, tally.unknown, tally.repeated) == (1, 1, 0, 0)
    assert delivery_of(first) == ("delivered", at, "")
    assert delivery_of(second) == ("undelivered", None, "absent")


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(
    "order", [["delivered", "undelivered"], ["undelivered", "delivered"], ["delivered"] * 2]
)
def test_delivered_wins_in_any_order(order: list[str], *, together: bool) -> None:
    message = sent()
    told = [Receipt(delivery, message_id=message.pk, reason=delivery) for delivery in order]
    for some in [told] if together else [[each] for each in told]:
        tell(*some)
    assert delivery_of(message)[0] == "delivered"
    assert delivery_of(message)[2] == "delivered"
    assert counts_of(message).deliveries == {
        "delivered": 1,
        "undelivered": 0,
        "awaited": 0,
    }


def test_a_receipt_of_the_future_is_of_now() -> None:
    message = sent()
    tell(Receipt("delivered", message_id=message.pk, at=now() + timedelta(days=1)))
    at = delivery_of(message)[1]
    assert at is not None
    assert at <= now() + timedelta(seconds=1)


def test_only_what_the_gateway_was_asked_to_send_is_believed() -> None:
    other = make_gateway()
    through_other, never_asked = sent(gateway_id=other.pk), make_message()
    tally = tell(
        *(Receipt("delivered", message_id=pk) for pk in (through_other.pk, never_asked.pk, 2**63 - 1))
    )
    assert (tally.unknown, tally.delivered) == (3, 0)
    make_attempt(through_other, gateway_id=main())  # it timed out there, and then went elsewhere
    assert tell(Receipt("delivered", message_id=through_other.pk)).delivered == 1
    assert Message.objects.filter(delivery__isnull=False).get() == through_other


@pytest.mark.parametrize("status", [each for each in Message.Status.values if each != "sent"])
def test_a_receipt_counts_whatever_the_status(status: str) -> None:
    message = make_message(status=status, attempts=1)
    tell(Receipt("delivered", message_id=message.pk))
    counts = counts_of(message)
    assert (counts.messages[status], counts.deliveries["delivered"], counts.deliveries["awaited"]) == (
        1,
        1,
        0,
    )
    overall = stats.overall_counts()["deliveries"]
    assert overall == {"delivered": 1, "undelivered": 0, "awaited": 0}


def test_a_message_that_waits_stays_due() -> None:
    message = make_message(attempts=1)
    tell(Receipt("delivered", message_id=message.pk))
    assert message.due.at == message.next_attempt_at


@pytest.mark.django_db(transaction=True)
def test_a_receipt_may_come_before_the_record(conninfo: str) -> None:
    make_messages(make_running_mailing(), 3)
    claimed = claim(conninfo)
    tell(*(Receipt("delivered", message_id=message.id) for message in claimed))
    record_sent(conninfo, claimed)
    assert set(Message.objects.values_list("status", "delivery")) == {("sent", "delivered")}
    assert stats.overall_counts()["deliveries"] == {"delivered": 3, "undelivered": 0, "awaited": 0}


@pytest.mark.django_db(transaction=True)
def test_receipts_wait_for_whoever_holds_a_message_but_hold_none_meanwhile(conninfo: str) -> None:
    held, free = sent(), sent()
    with psycopg.connect(conninfo) as other:
        other.execute("SELECT FROM mailings_message WHERE id = %s FOR UPDATE", [held.pk])
        told = threading.Thread(target=tell_on_a_thread, args=(held.pk, free.pk))
        told.start()
        wait_for_delivery(free)
        other.execute("UPDATE mailings_message SET attempts = 2 WHERE id = %s", [free.pk])  # it is not held
        assert delivery_of(held)[0] is None
        other.commit()
        told.join()
    assert delivery_of(held)[0] == "delivered"
    assert held.attempts == 1
    free.refresh_from_db()
    assert (free.delivery, free.attempts) == ("delivered", 2)


def tell_on_a_thread(*message_ids: int) -> None:
    tell(*(Receipt("delivered", message_id=pk) for pk in message_ids))
    connection.close()


def wait_for_delivery(message: Message) -> None:
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT pg_sleep(0.01), delivery FROM mailings_message WHERE id = %s", [message.pk]
            )
            if cursor.fetchone()[1]:
                return


@pytest.mark.django_db(transaction=True)
def test_claims_records_and_receipts_at_once_lock_nobody_out(conninfo: str) -> None:
    """Receipts in the opposite order of the records, while those are written: no deadlock ends one."""
    make_clients_in_bulk(200)
    make_messages_in_bulk(make_running_mailing())
    claimed, deadlocks = claim(conninfo, limit=200), count_deadlocks()
    told = [
        threading.Thread(target=tell_on_a_thread, args=tuple(order))
        for order in (ids(claimed), list(reversed(ids(claimed))))
    ]
    for thread in told:
        thread.start()
    record_sent(conninfo, list(reversed(claimed)))
    for thread in told:
        thread.join()
    assert stats.overall_counts()["deliveries"] == {"delivered": 200, "undelivered": 0, "awaited": 0}
    assert stats.overall_counts()["messages"]["sent"] == 200
    assert count_deadlocks() == deadlocks


def count_deadlocks() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), deadlocks FROM pg_stat_database"
            " WHERE datname = current_database()"
        )
        return int(cursor.fetchone()[1])


def named(message: Message, provider_id: str) -> None:
    ProviderMessage.objects.create(gateway_id=main(), provider_id=provider_id, message_id=message.pk)


def test_a_message_is_found_by_the_providers_id() -> None:
    message = sent()
    named(message, "ab")
    assert tell(Receipt("undelivered", provider_id="ab", reason="off")).undelivered == 1
    assert delivery_of(message) == ("undelivered", None, "off")


def test_a_receipt_by_the_providers_id_may_come_before_the_record() -> None:
    message = sent()
    tally = tell(
        Receipt("undelivered", provider_id="ab"), Receipt("delivered", provider_id="ab", reason="yes")
    )
    assert (tally.early, tally.unknown) == (1, 0)
    record_early_receipts()
    assert EarlyReceipt.objects.count() == 1
    named(message, "ab")
    record_early_receipts()
    assert delivery_of(message)[0] == "delivered"
    assert EarlyReceipt.objects.count() == 0


def test_of_early_receipts_delivered_wins_too() -> None:
    for delivery in ("undelivered", "delivered", "undelivered"):
        tell(Receipt(delivery, provider_id="ab"))
    assert EarlyReceipt.objects.get().delivery == "delivered"


def test_an_early_receipt_that_nobody_names_for_an_hour_is_unknown() -> None:
    tell(Receipt("delivered", provider_id="new"), Receipt("delivered", provider_id="old"))
    EarlyReceipt.objects.filter(provider_id="old").update(came_at=now() - timedelta(minutes=61))
    assert forget_unknown() == {"main": 1}
    assert EarlyReceipt.objects.get().provider_id == "new"
